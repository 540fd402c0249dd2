package io.bulkhead.rootfs;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.FileStatus;
import io.bulkhead.libc.Linux;
import io.bulkhead.spec.Mount;
import io.bulkhead.spec.RootView;
import io.bulkhead.spec.ServiceSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * A service's files as its processes find them: symbolic links lead nowhere but inside, and what is mounted lies over the root.
 * To be looked at while nothing runs there; what a hostile service left can mislead, but not lead out or hold up.
 */
final class InsideFiles {
    private static final int MOST_LINKS = 40;
    private static final Path TOP = Path.of("/");

    private final Linux linux;
    private final Path rootfs;
    private final RootView view;

    InsideFiles(Linux linux, ServiceSpec spec) {
        this.linux = linux;
        this.rootfs = spec.rootfs();
        this.view = spec.view();
    }

    /** What a path leads to. */
    sealed interface Place {}

    /**
     * Something that is there.
     *
     * @param inside its path without links
     * @param base the host's directory, or file, that holds it
     * @param below the rest of its path
     * @param noexec whether a mount of the service's own forbids to execute it
     */
    record Found(Path inside, Path base, Path below, boolean noexec) implements Place {
        Path onHost() {
            return base.resolve(below);
        }
    }

    /**
     * Where it ends.
     *
     * @param last whether that is its last name
     */
    record Missing(Path inside, String why, boolean last) implements Place {}

    /** In a file system that is made at every start. */
    record Unknown(Path inside) implements Place {}

    /** Reads an open file by its name in /proc. */
    interface Reader<T, E extends Exception> {
        T read(Path file) throws IOException, E;
    }

    /** The file at a path without links, as far as it is a regular one. */
    <T, E extends Exception> Optional<T> read(Found found, Reader<T, E> reader) throws E {
        int directory = -1;
        int file = -1;
        try {
            // O_NONBLOCK: were it a FIFO, open would wait for a writer.
            int flags = Linux.O_RDONLY | Linux.O_NONBLOCK;
            if (found.below.toString().isEmpty()) {
                file = linux.open(found.base.toString(), flags);
            } else {
                directory = linux.open(found.base.toString(), Linux.O_PATH | Linux.O_DIRECTORY);
                file = linux.openInRoot(directory, found.below.toString(), flags);
            }
            Path opened = Path.of("/proc/self/fd", Integer.toString(file));
            return Files.isRegularFile(opened) ? Optional.of(reader.read(opened)) : Optional.empty();
        } catch (ErrnoException | IOException e) {
            return Optional.empty();
        } finally {
            close(file);
            close(directory);
        }
    }

    private void close(int fd) {
        if (fd >= 0) {
            linux.close(fd);
        }
    }

    /** @param path absolute */
    Place find(Path path) {
        Deque<String> rest = new ArrayDeque<>();
        path.forEach(name -> rest.addLast(name.toString()));
        Path at = TOP;
        int links = 0;
        while (!rest.isEmpty()) {
            String name = rest.removeFirst();
            if (name.isEmpty() || name.equals(".")) {
                continue;
            }
            if (name.equals("..")) {
                at = at.getParent() == null ? TOP : at.getParent();
                continue;
            }
            Path next = at.resolve(name);
            Optional<Found> place = place(next);
            if (place.isEmpty()) {
                return new Unknown(next);
            }
            Path host = place.get().onHost();
            if (Files.isSymbolicLink(host)) {
                if (++links > MOST_LINKS) {
                    return new Missing(next, "is a link that leads back to itself", rest.isEmpty());
                }
                Optional<Path> target = target(host);
                if (target.isEmpty()) {
                    return new Missing(next, "is a link that cannot be read", rest.isEmpty());
                }
                at = target.get().isAbsolute() ? TOP : at;
                prepend(rest, target.get());
            } else if (!Files.exists(host, LinkOption.NOFOLLOW_LINKS) && !leadsToMount(next)) {
                return new Missing(next, "is not in the rootfs", rest.isEmpty());
            } else if (!rest.isEmpty() && Files.isRegularFile(host, LinkOption.NOFOLLOW_LINKS)) {
                return new Missing(next, "is a file, not a directory", false);
            } else {
                at = next;
            }
        }
        Optional<Found> end = place(at);
        return end.isPresent() ? end.get() : new Unknown(at);
    }

    private static Optional<Path> target(Path link) {
        try {
            return Optional.of(Files.readSymbolicLink(link));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static void prepend(Deque<String> rest, Path target) {
        for (int i = target.getNameCount() - 1; i >= 0; i--) {
            rest.addFirst(target.getName(i).toString());
        }
    }

    private boolean leadsToMount(Path inside) {
        return view.mounts().stream().anyMatch(mount -> Path.of(mount.target()).startsWith(inside));
    }

    /** Where on the host a path without links is; empty: nowhere before the service runs. */
    private Optional<Found> place(Path inside) {
        Optional<Mount> over = Optional.empty();
        for (Mount mount : view.mounts()) {
            Path target = Path.of(mount.target());
            if (inside.startsWith(target)
                    && over.filter(o -> Path.of(o.target()).getNameCount() > target.getNameCount())
                            .isEmpty()) {
                over = Optional.of(mount);
            }
        }
        if (over.isPresent()) {
            Mount mount = over.get();
            Path below = Path.of(mount.target()).relativize(inside);
            return mount instanceof Mount.Bind bind
                    ? Optional.of(
                            new Found(inside, bind.source(), below, bind.flags().noexec()))
                    : Optional.empty();
        }
        if (inside.startsWith("/proc") || inside.startsWith("/sys") || inside.startsWith("/dev")) {
            return Optional.empty();
        }
        Path below = TOP.relativize(inside);
        Optional<Path> layer = view.overlay().flatMap(RootView.Overlay::keep).map(keep -> keep.resolve("upper"));
        boolean written = layer.filter(upper -> Files.exists(upper.resolve(below), LinkOption.NOFOLLOW_LINKS))
                .isPresent();
        return Optional.of(new Found(inside, written ? layer.get() : rootfs, below, false));
    }

    /** Of a file that isn't followed where it is a link; empty where there is nothing. */
    static Optional<FileStatus> status(Path host) {
        try {
            return Optional.of(FileStatus.of(host, LinkOption.NOFOLLOW_LINKS));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
