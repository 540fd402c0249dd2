package io.bulkhead.doctor;

import java.util.List;

/** The Java this runs on, which is the daemon's. */
final class JavaExamination {
    private static final String AREA = "java";

    private final Host host;
    private final String version;
    private final String home;
    private final String archive;

    /**
     * @param version {@code 17.0.12}
     * @param archive the daemon's class-data archive for this Java, there or not; empty where there is no distribution
     */
    JavaExamination(Host host, String version, String home, String archive) {
        this.host = host;
        this.version = version;
        this.home = home;
        this.archive = archive;
    }

    List<Finding> findings() {
        Finding java = Finding.ok(AREA, "version", version + ", " + home);
        return archive.isEmpty() ? List.of(java) : List.of(java, archives());
    }

    private Finding archives() {
        return host.exists(archive)
                ? Finding.ok(AREA, "class-data archive", archive)
                : Finding.limited(
                        AREA,
                        "class-data archive",
                        "none for this Java: the daemon and its commands start slower",
                        "sh " + archive.replaceFirst("[^/]*$", "archive.sh"));
    }
}
