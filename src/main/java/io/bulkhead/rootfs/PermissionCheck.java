package io.bulkhead.rootfs;

import io.bulkhead.libc.FileStatus;
import io.bulkhead.rootfs.InsideFiles.Found;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What EACCES of execve(2) comes from: which part of the path, its mode, or the mount. */
final class PermissionCheck {
    private static final Path MOUNTS = Path.of("/proc/self/mountinfo");

    private final InsideFiles files;
    private final String path;
    private final Found found;

    PermissionCheck(InsideFiles files, String path, Found found) {
        this.files = files;
        this.path = path;
        this.found = found;
    }

    void check(Optional<Executor> executor) throws Flaw {
        Path host = found.onHost();
        if (Files.isDirectory(host, LinkOption.NOFOLLOW_LINKS)) {
            throw new Flaw(path + " is a directory, not a program", "");
        }
        if (!Files.isRegularFile(host, LinkOption.NOFOLLOW_LINKS)) {
            throw new Flaw(path + " is not a regular file", "");
        }
        if (found.noexec()) {
            throw new Flaw(path + " is on a mount of the service's that is noexec", "leave noexec out of it in mounts");
        }
        Optional<String> mount = noexecMount(host);
        if (mount.isPresent()) {
            throw new Flaw(
                    path + " is in a file system that the host has mounted noexec, at " + mount.get(),
                    "mount -o remount,exec " + mount.get() + ", or another place for it");
        }
        if (executor.isPresent()) {
            for (Path at : ways()) {
                step(at, executor.get());
            }
        }
    }

    /** From the top down, the program last. */
    private List<Path> ways() {
        Path end = found.inside();
        return java.util.stream.IntStream.rangeClosed(0, end.getNameCount())
                .mapToObj(n -> n == 0 ? Path.of("/") : Path.of("/").resolve(end.subpath(0, n)))
                .toList();
    }

    private void step(Path inside, Executor executor) throws Flaw {
        if (!(files.find(inside) instanceof Found place)) {
            return;
        }
        Optional<FileStatus> permissions = InsideFiles.status(place.onHost());
        boolean directory = !inside.equals(found.inside());
        if (permissions.isEmpty() || executor.mayExecute(permissions.get(), directory)) {
            return;
        }
        FileStatus p = permissions.get();
        throw new Flaw(
                String.format(
                        "user %d may not %s %s: it is user %d's and group %d's, with mode %04o",
                        executor.uid(), directory ? "pass through" : "execute", inside, p.uid(), p.gid(), p.mode()),
                "chmod a+x " + place.onHost());
    }

    private static Optional<String> noexecMount(Path host) {
        try {
            String best = "";
            boolean noexec = false;
            Path real = host.toRealPath();
            for (String line : Files.readAllLines(MOUNTS)) {
                // 36 35 98:0 /root /mount/point options ... proc_pid_mountinfo(5)
                String[] fields = line.split(" ", 7);
                String point = fields[4].replace("\\040", " ");
                if (real.startsWith(point) && point.length() >= best.length()) {
                    best = point;
                    noexec = List.of(fields[5].split(",", -1)).contains("noexec");
                }
            }
            return noexec ? Optional.of(best) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
