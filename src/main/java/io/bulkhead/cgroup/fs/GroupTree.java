package io.bulkhead.cgroup.fs;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A group with all groups below it, which a service may have made, and made to annoy: thousands of them, deeper than any
 * path may be long, with names of any bytes.
 *
 * <p>Every step is relative to an open directory ({@code openat}, {@code unlinkat}), so neither the length of a path nor the
 * encoding of a name matters. At most {@value #MAX_OPEN} directories are open at once; one that was closed meanwhile is
 * found again from the top. Groups that vanish during the walk are passed over.
 *
 * <p>A walk is used once, by one thread.
 */
public final class GroupTree {
    private static final int MAX_OPEN = 64;
    private static final int NO_CHILDREN = 2;

    private final Path top;
    private final Entered entered;
    private final Optional<Left> left;
    private final List<Level> levels = new ArrayList<>();
    /** Levels from here on have their directory open. */
    private int firstOpen;

    private GroupTree(Path top, Entered entered, Optional<Left> left) {
        this.top = top;
        this.entered = entered;
        this.left = left;
    }

    /** What is done in a group before those below it are visited. */
    private interface Entered {
        void accept(SecureDirectoryStream<Path> group) throws IOException;
    }

    /** What is done with a group after those below it were visited. */
    private interface Left {
        void accept(SecureDirectoryStream<Path> parent, Path name) throws IOException;
    }

    /** A group on the way from the top to where the walk is, with the children still to be visited. */
    private static final class Level {
        private final Path name;
        private final Deque<Path> children;
        private SecureDirectoryStream<Path> stream;

        Level(Path name, SecureDirectoryStream<Path> stream, Deque<Path> children) {
            this.name = name;
            this.stream = stream;
            this.children = children;
        }
    }

    /**
     * The groups right below {@code group}; none where it doesn't exist.
     *
     * @param known those of an earlier look: where they are all there is, which the directory's count of links tells, none
     *     of the kernel's many files beside them is looked at
     */
    public static Set<Path> children(Path group, Set<Path> known) throws IOException {
        try {
            int children = links(group) - NO_CHILDREN;
            if (children == 0) {
                return Set.of();
            }
            try (SecureDirectoryStream<Path> stream = open(group)) {
                List<Path> names = names(stream);
                Set<Path> still = new HashSet<>(known);
                still.retainAll(names);
                return still.size() == children ? still : Set.copyOf(subdirectories(stream, names));
            }
        } catch (NoSuchFileException e) {
            return Set.of();
        }
    }

    /** The processes of the group and of all below it, by pid; none where it doesn't exist. */
    public static Set<Integer> processes(Path group) throws IOException {
        Set<Integer> pids = new TreeSet<>();
        readProcesses(name -> Files.newBufferedReader(group.resolve(name), StandardCharsets.US_ASCII), pids);
        // In this order: a process that moves below meanwhile leaves a link to be seen.
        if (isLeaf(group)) {
            return pids;
        }
        new GroupTree(group, stream -> addProcesses(stream, pids), Optional.empty()).walk();
        return pids;
    }

    /** The processes of the group alone, by pid; none where it doesn't exist. */
    public static Set<Integer> members(Path group) {
        Set<Integer> pids = new TreeSet<>();
        readProcesses(name -> Files.newBufferedReader(group.resolve(name), StandardCharsets.US_ASCII), pids);
        return pids;
    }

    /** Whether there is certainly no group below. */
    private static boolean isLeaf(Path group) throws IOException {
        try {
            return links(group) == NO_CHILDREN;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /** Its own name and its {@code .}; a directory below adds its {@code ..}. Some file systems, none of cgroups', say 1. */
    private static int links(Path group) throws IOException {
        return (Integer) Files.getAttribute(group, "unix:nlink", LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * Removes all groups below {@code group}, children first, and only by {@code rmdir}.
     *
     * @throws IOException where one cannot be removed, most often since a process is in it; the rest stays then
     */
    public static void removeBelow(Path group) throws IOException {
        new GroupTree(group, stream -> {}, Optional.of(GroupTree::removeDirectory)).walk();
    }

    private void walk() throws IOException {
        try {
            push(Path.of(""), open(top));
            while (!levels.isEmpty()) {
                step();
            }
        } catch (NoSuchFileException e) {
            // The top itself is gone: nothing to visit.
        } finally {
            while (!levels.isEmpty()) {
                pop();
            }
        }
    }

    private void step() throws IOException {
        Level level = levels.get(levels.size() - 1);
        Path child = level.children.poll();
        if (child != null) {
            enter(child);
            return;
        }
        pop();
        if (left.isPresent() && !levels.isEmpty() && reopened()) {
            left.get().accept(levels.get(levels.size() - 1).stream, level.name);
        }
    }

    private void enter(Path child) throws IOException {
        if (!reopened()) {
            return;
        }
        try {
            push(child, openBelow(levels.get(levels.size() - 1).stream, child));
        } catch (NoSuchFileException e) {
            // Removed by somebody else since it was listed.
        }
    }

    private void push(Path name, SecureDirectoryStream<Path> stream) throws IOException {
        Level level = new Level(name, stream, new ArrayDeque<>());
        levels.add(level);
        if (levels.size() - firstOpen > MAX_OPEN) {
            levels.get(firstOpen++).stream.close();
        }
        entered.accept(stream);
        level.children.addAll(subdirectories(stream, names(stream)));
    }

    private void pop() throws IOException {
        Level level = levels.remove(levels.size() - 1);
        if (levels.size() >= firstOpen) {
            level.stream.close();
        }
        firstOpen = Math.min(firstOpen, levels.size());
    }

    /**
     * Sees to it that the deepest level has its directory open.
     *
     * @return false where it is gone; so is the level then, and all above it that are gone, too
     */
    private boolean reopened() throws IOException {
        int size = levels.size();
        if (firstOpen < size) {
            return true;
        }
        // Half of what may be open, so that the next levels down and the next levels up both come cheap.
        int keep = Math.max(0, size - MAX_OPEN / 2);
        SecureDirectoryStream<Path> stream = open(top);
        for (int i = 0; i < size; i++) {
            if (i >= keep) {
                levels.get(i).stream = stream;
                firstOpen = Math.min(firstOpen, i);
            }
            if (i + 1 < size) {
                try {
                    SecureDirectoryStream<Path> parent = stream;
                    stream = openBelow(parent, levels.get(i + 1).name);
                    if (i < keep) {
                        parent.close();
                    }
                } catch (NoSuchFileException e) {
                    if (i < keep) {
                        stream.close();
                    }
                    levels.subList(i + 1, size).clear();
                    firstOpen = Math.min(firstOpen, levels.size());
                    return false;
                }
            }
        }
        return true;
    }

    @SuppressWarnings("StreamResourceLeak") // the level that holds it closes it
    private static SecureDirectoryStream<Path> open(Path directory) throws IOException {
        DirectoryStream<Path> stream = Files.newDirectoryStream(directory);
        if (stream instanceof SecureDirectoryStream<Path> secure) {
            return secure;
        }
        throw new IllegalStateException("a JDK on Linux opens directories relative to each other");
    }

    private static SecureDirectoryStream<Path> openBelow(SecureDirectoryStream<Path> parent, Path name)
            throws IOException {
        return parent.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS);
    }

    private static List<Path> names(SecureDirectoryStream<Path> group) throws IOException {
        List<Path> names = new ArrayList<>();
        try {
            for (Path entry : group) {
                names.add(entry.getFileName());
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return names;
    }

    private static List<Path> subdirectories(SecureDirectoryStream<Path> group, List<Path> names) throws IOException {
        List<Path> directories = new ArrayList<>();
        for (Path name : names) {
            if (isDirectory(group, name)) {
                directories.add(name);
            }
        }
        return directories;
    }

    private static boolean isDirectory(SecureDirectoryStream<Path> group, Path name) throws IOException {
        try {
            return group.getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                    .readAttributes()
                    .isDirectory();
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private static void removeDirectory(SecureDirectoryStream<Path> parent, Path name) throws IOException {
        try {
            parent.deleteDirectory(name);
        } catch (NoSuchFileException e) {
            // As wanted.
        }
    }

    private static void addProcesses(SecureDirectoryStream<Path> group, Set<Integer> pids) {
        readProcesses(
                name -> new BufferedReader(Channels.newReader(
                        group.newByteChannel(Path.of(name), Set.of(StandardOpenOption.READ)),
                        StandardCharsets.US_ASCII)),
                pids);
    }

    private interface Opener {
        BufferedReader open(String name) throws IOException;
    }

    private static void readProcesses(Opener group, Set<Integer> pids) {
        // A threaded v2 group refuses to list processes (EOPNOTSUPP), but lists threads; cgroups(7).
        for (String file : List.of("cgroup.procs", "cgroup.threads")) {
            try (BufferedReader lines = group.open(file)) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    int pid = Integer.parseInt(line.trim());
                    if (pid > 0) { // 0: a process of an outer PID namespace
                        pids.add(pid);
                    }
                }
                return;
            } catch (IOException e) {
                // Removed meanwhile (ENODEV), and then there is no process in it; or threaded.
            }
        }
    }
}
