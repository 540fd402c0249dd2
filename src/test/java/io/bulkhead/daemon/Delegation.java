package io.bulkhead.daemon;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A user who isn't root, and what is delegated to it: a v2 group, as systemd does with Delegate=yes, or nothing, where
 * there is no v2. Closing it fails
 * where anything is left in the group.
 */
record Delegation(Optional<Path> group) implements AutoCloseable {
    static final int USER = 65_534;
    private static final AtomicInteger COUNT = new AtomicInteger();

    static Delegation nothing() {
        return new Delegation(Optional.empty());
    }

    static Delegation ofGroup() throws IOException {
        Path beside = Path.of("/sys/fs/cgroup/unified");
        Path unified = Files.isDirectory(beside) ? beside : Path.of("/sys/fs/cgroup");
        if (!Files.exists(unified.resolve("cgroup.procs"))) {
            System.out.println("nothing is delegated: there is no cgroup v2");
            return nothing();
        }
        String name = "bulkhead-it-rootless-" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet();
        Path group = Files.createDirectory(unified.resolve(name));
        for (String file : List.of("", "cgroup.procs", "cgroup.threads", "cgroup.subtree_control")) {
            own(group.resolve(file));
        }
        return new Delegation(Optional.of(group));
    }

    /** Starts the bed's daemon as that user, and waits until it answers. */
    void start(DaemonBed bed) throws IOException {
        Path program = program(bed);
        try (Stream<Path> files = Files.walk(bed.work)) {
            for (Path file : files.toList()) {
                own(file);
            }
        }
        String enter = group.map(path -> "echo $$ > " + room(path) + "/cgroup.procs || exit; ")
                .orElse("");
        String become = "exec setpriv --reuid=" + USER + " --regid=" + USER + " --clear-groups ";
        List<String> command = new ArrayList<>(List.of("sh", "-c", enter + become + program + " \"$@\"", "sh"));
        bed.startAs(command);
        await().atMost(DaemonBed.PATIENCE).until(() -> {
            assertTrue(bed.daemonIsAlive(), bed::daemonLog);
            return bed.ctl("version").code() == 0;
        });
    }

    /** Where a daemon before this one handed controllers down, no process may be but in its leaf. cgroups(7) */
    private static Path room(Path group) {
        Path leaf = group.resolve("_supervisor");
        return Files.isDirectory(leaf) ? leaf : group;
    }

    /** The daemon's, in a copy where the user can't get at it: a checkout may be in root's home. */
    private static Path program(DaemonBed bed) throws IOException {
        Path distribution =
                Path.of(System.getProperty("bulkhead.dist", "target/bulkhead")).toRealPath();
        if (isOpenToAll(distribution)) {
            return distribution.resolve("bin/supervisord");
        }
        Path copy = bed.work.resolve("distribution");
        if (!Files.exists(copy)) {
            int code = new ProcessBuilder("cp", "-r", distribution.toString(), copy.toString())
                    .inheritIO()
                    .start()
                    .onExit()
                    .join()
                    .exitValue();
            assertEquals(0, code, () -> "cp -r " + distribution);
        }
        return copy.resolve("bin/supervisord");
    }

    private static boolean isOpenToAll(Path directory) throws IOException {
        for (Path at = directory; at != null; at = at.getParent()) {
            if (!Files.getPosixFilePermissions(at).contains(PosixFilePermission.OTHERS_EXECUTE)) {
                return false;
            }
        }
        return true;
    }

    private static void own(Path file) throws IOException {
        Files.setAttribute(file, "unix:uid", USER, java.nio.file.LinkOption.NOFOLLOW_LINKS);
        Files.setAttribute(file, "unix:gid", USER, java.nio.file.LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public void close() throws IOException {
        if (group.isPresent()) {
            Path leaf = group.get().resolve("_supervisor");
            await().atMost(DaemonBed.PATIENCE).ignoreExceptions().until(() -> {
                // The kernel lets a group go some time after its last process.
                Files.deleteIfExists(leaf);
                Files.deleteIfExists(group.get());
                return true;
            });
        }
    }
}
