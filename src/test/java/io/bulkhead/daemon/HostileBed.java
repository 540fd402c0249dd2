package io.bulkhead.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.kernel.RunningKernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A daemon with a hostile service, {@code evil}, and one beside it that only wants to live. Root file system and commands are the
 * attacker's; the configuration isn't.
 */
final class HostileBed implements AutoCloseable {
    /** Whose a service's root is. */
    enum Mode {
        /** The host's. */
        ROOT,
        /** Nobody's on the host, in a user namespace. */
        OWN_USERS,
        /** That of a user, whose the daemon is, too. */
        ROOTLESS
    }

    /** What must stay as it is on the host. */
    private static final List<String> SETTINGS =
            List.of("/proc/sys/kernel/hostname", "/proc/sys/kernel/core_pattern", "/proc/sys/vm/overcommit_memory");

    private static final long OUTSIDE = 0x70000000L;

    final Mode mode;
    final DaemonBed bed = new DaemonBed();
    private final Optional<Delegation> user;
    private final List<String> before;
    /** Where it can't be, files belong to the numbers outside. */
    private final boolean mapsOwners;

    private long witness;

    HostileBed(Mode mode) throws IOException {
        this.mode = mode;
        this.user = mode == Mode.ROOTLESS ? Optional.of(Delegation.ofGroup()) : Optional.empty();
        this.before = settings();
        this.mapsOwners = RunningKernel.mapsOwners(bed.work);
    }

    /** A root with the tools of attackers. */
    Path rootfs(String name) throws IOException {
        return bed.rootfs(
                name, "bash", "sleep", "cat", "ls", "ln", "rm", "mkdir", "chmod", "cp", "id", "mount", "unshare",
                "perl", "wc");
    }

    /** What limits one thing: {@code group} where there is a cgroup that can, else {@code process}. */
    String limit(String group, String process) {
        return mode == Mode.ROOTLESS ? process : group;
    }

    /** Starts the daemon, the service with {@code script} as its command's, and the one beside it. */
    void attack(Path rootfs, String keys, String script) throws Exception {
        Files.writeString(rootfs.resolve("attack"), script + "\necho end\nexec sleep 1000\n");
        start(service("evil", rootfs, keys));
    }

    /** Starts the daemon with services, as {@link #service} writes them, and the one beside them. */
    void start(String services) throws Exception {
        String peaceful = service("witness", rootfs("witness"), "");
        Files.writeString(bed.work.resolve("rootfs/witness/attack"), "exec sleep 1000\n");
        bed.settings("cgroup.parent = " + (user.isPresent() ? "auto" : "/" + bed.parent))
                .services(services + peaceful);
        if (mode == Mode.OWN_USERS && !mapsOwners) {
            try (Stream<Path> files = Files.walk(bed.work.resolve("rootfs"))) {
                for (Path file : files.toList()) {
                    Files.setAttribute(file, "unix:uid", (int) OUTSIDE, LinkOption.NOFOLLOW_LINKS);
                    Files.setAttribute(file, "unix:gid", (int) OUTSIDE, LinkOption.NOFOLLOW_LINKS);
                }
            }
        }
        if (user.isPresent()) {
            user.get().start(bed);
        } else {
            bed.start();
        }
        bed.awaitStatus("witness", "RUNNING");
        witness = bed.pid("witness");
    }

    String service(String name, Path rootfs, String keys) {
        return name + " { rootfs = " + rootfs + ", command = [/bin/bash, /attack]\n"
                + (mode == Mode.OWN_USERS
                        ? "namespaces.user = private, user-namespace.idmap = " + mapsOwners + "\n"
                        : "")
                + keys + "\n}\n";
    }

    /** Where the process of the service beside is, as the host numbers it. */
    long witness() {
        return witness;
    }

    /** What the attacker tells when it is through. */
    String told() {
        return bed.awaitOutput("evil", "end\n");
    }

    /** The daemon answers, the service beside is the same process, and the host is as it was. */
    void assertUnharmed() throws IOException {
        assertEquals(witness, bed.pid("witness"), bed::daemonLog);
        assertTrue(bed.status("witness").startsWith("RUNNING"), () -> bed.status("witness"));
        assertTrue(bed.daemonIsAlive());
        assertEquals(before, settings());
    }

    private static List<String> settings() throws IOException {
        StringBuilder all = new StringBuilder();
        for (String setting : SETTINGS) {
            all.append(setting).append(' ').append(Files.readString(Path.of(setting)));
        }
        return all.toString().lines().toList();
    }

    @Override
    public void close() throws IOException {
        try {
            assertUnharmed();
        } finally {
            bed.close();
            if (user.isPresent()) {
                user.get().close();
            }
        }
    }
}
