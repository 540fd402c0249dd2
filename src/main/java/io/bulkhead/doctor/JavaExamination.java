package io.bulkhead.doctor;

import java.util.List;

/** The Java this runs on, which is the daemon's. */
final class JavaExamination {
    private static final String AREA = "java";

    private final Host host;
    private final String version;
    private final String home;
    private final String library;

    /**
     * @param version {@code 17.0.12}
     * @param library where the distribution's jars and archives are; empty where there is no distribution
     */
    JavaExamination(Host host, String version, String home, String library) {
        this.host = host;
        this.version = version;
        this.home = home;
        this.library = library;
    }

    List<Finding> findings() {
        Finding java = Finding.ok(AREA, "version", version + ", " + home);
        return library.isEmpty() ? List.of(java) : List.of(java, archives());
    }

    private Finding archives() {
        String major = version.replaceFirst("[^0-9].*", "");
        String archive = library + "/supervisord-" + major + ".jsa";
        return host.exists(archive)
                ? Finding.ok(AREA, "class-data archive", archive)
                : Finding.limited(
                        AREA,
                        "class-data archive",
                        "none for this Java: the daemon and its commands start slower",
                        "sh " + library + "/archive.sh");
    }
}
