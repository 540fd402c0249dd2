package io.bulkhead.cgroup;

import io.bulkhead.cgroup.fs.GroupTree;
import io.bulkhead.cgroup.fs.Hierarchy;
import io.bulkhead.cgroup.fs.Tree;
import io.bulkhead.libc.ErrnoException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Which groups and processes are below our parent groups, in all hierarchies together. */
final class GroupProcesses {
    private static final int EIO = 5;

    private GroupProcesses() {}

    /** The processes in the group and below it in any of the trees. */
    static Set<Integer> in(List<? extends Tree> trees, String group) throws ErrnoException {
        Set<Integer> pids = new TreeSet<>();
        for (Tree tree : trees) {
            Path directory = tree.parent().child(group);
            try {
                pids.addAll(GroupTree.processes(directory));
            } catch (IOException e) {
                throw unreadable(directory, e);
            }
        }
        return pids;
    }

    /**
     * The names right below our parent in any of the hierarchies.
     *
     * @param known what an earlier look has found, by parent; brought up to date
     */
    static Set<String> names(List<? extends Hierarchy> hierarchies, Map<Path, Set<Path>> known) throws ErrnoException {
        Set<String> names = new TreeSet<>();
        for (Hierarchy hierarchy : hierarchies) {
            Path directory = hierarchy.parent().directory();
            try {
                Set<Path> children = GroupTree.children(directory, known.getOrDefault(directory, Set.of()));
                known.put(directory, children);
                children.forEach(name -> names.add(name.toString()));
            } catch (IOException e) {
                throw unreadable(directory, e);
            }
        }
        return names;
    }

    /** The names right below a group. */
    static Set<String> below(Path directory) throws ErrnoException {
        try {
            Set<String> names = new TreeSet<>();
            GroupTree.children(directory, Set.of()).forEach(name -> names.add(name.toString()));
            return names;
        } catch (IOException e) {
            throw unreadable(directory, e);
        }
    }

    private static ErrnoException unreadable(Path directory, IOException e) {
        int errno = e instanceof AccessDeniedException ? ErrnoException.EACCES : EIO;
        return new ErrnoException("read groups in " + directory + " (" + e.getMessage() + ")", errno);
    }
}
