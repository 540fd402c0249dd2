package io.bulkhead.cgroup;

import io.bulkhead.cgroup.fs.Freezer;
import io.bulkhead.cgroup.fs.GroupFiles;
import io.bulkhead.cgroup.fs.Tree;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Stops, continues and kills all processes of a group together. */
final class GroupKiller {
    private static final int SIGKILL = 9;
    /** A group that cannot be frozen may fork while it is signalled; it loses long before this many rounds. */
    private static final int MAX_ROUNDS = 1000;

    private static final String KILL = "cgroup.kill";

    private final Linux linux;
    private final List<Tree> trees;

    GroupKiller(Linux linux, List<? extends Tree> trees) {
        this.linux = linux;
        this.trees = List.copyOf(trees);
    }

    void freeze(String group) throws ErrnoException {
        Tree tree = freezing()
                .orElseThrow(() -> new ErrnoException(
                        "freeze " + group + ": neither cgroup v2 nor the v1 freezer controller is mounted",
                        ErrnoException.ENOENT));
        Freezer freezer = tree.freezer().orElseThrow();
        tree.parent().files(group).write(freezer.file(), freezer.frozen());
    }

    void thaw(String group) throws ErrnoException {
        Optional<Tree> tree = freezing();
        if (tree.isPresent()) {
            Freezer freezer = tree.get().freezer().orElseThrow();
            tree.get().parent().files(group).write(freezer.file(), freezer.thawed());
        }
    }

    /** Whether every process of the group has stopped; false where it can't be told. */
    boolean isFrozen(String group) throws ErrnoException {
        Optional<Tree> tree = freezing();
        if (tree.isEmpty()) {
            return false;
        }
        Freezer freezer = tree.get().freezer().orElseThrow();
        try {
            String state = tree.get().parent().files(group).read(freezer.stateFile());
            return ("\n" + state + "\n").contains("\n" + freezer.stopped() + "\n");
        } catch (ErrnoException e) {
            ignoringGone(e);
            return false;
        }
    }

    void killAll(String group) throws ErrnoException {
        if (killAtOnce(group)) {
            // Whoever left the v2 group, or never came to be in it, is still in the v1 groups.
            signalAll(group);
            return;
        }
        boolean frozen = tryFreeze(group);
        try {
            signalAll(group);
        } finally {
            if (frozen) {
                // v1: SIGKILL waits as long as the process is frozen.
                unlessGone(() -> thaw(group));
            }
        }
    }

    /** The tree in which groups are frozen: v2 comes first. */
    private Optional<Tree> freezing() {
        return trees.stream().filter(t -> t.freezer().isPresent()).findFirst();
    }

    private boolean killAtOnce(String group) throws ErrnoException {
        for (Tree tree : trees) {
            GroupFiles files = tree.parent().files(group);
            if (files.has(KILL)) {
                try {
                    files.write(KILL, "1");
                    return true;
                } catch (ErrnoException e) {
                    // A threaded group can't be killed at once; cgroup-v2.html, cgroup.kill.
                    if (e.errno() != ErrnoException.EOPNOTSUPP) {
                        return ignoringGone(e);
                    }
                }
            }
        }
        return false;
    }

    private boolean tryFreeze(String group) {
        try {
            freeze(group);
            return true;
        } catch (ErrnoException e) {
            return false; // no freezer, or no group: the signals do without
        }
    }

    /** Signals until no new process shows up. */
    private void signalAll(String group) throws ErrnoException {
        Set<Integer> signalled = new HashSet<>();
        for (int round = 0; round < MAX_ROUNDS; round++) {
            Set<Integer> found = GroupProcesses.in(trees, group);
            found.removeAll(signalled);
            if (found.isEmpty()) {
                return;
            }
            signal(group, found);
            signalled.addAll(found);
        }
    }

    private void signal(String group, Set<Integer> pids) throws ErrnoException {
        Map<Integer, Integer> pidfds = new LinkedHashMap<>();
        try {
            for (int pid : pids) {
                openPidfd(pid).ifPresent(fd -> pidfds.put(pid, fd));
            }
            // A pid that is still in the group now is the process its descriptor was opened for, so nobody else's
            // process that got the pid meanwhile is hit.
            Set<Integer> inside = GroupProcesses.in(trees, group);
            for (Map.Entry<Integer, Integer> entry : pidfds.entrySet()) {
                if (inside.contains(entry.getKey())) {
                    kill(entry.getValue());
                }
            }
        } finally {
            pidfds.values().forEach(linux::close);
        }
    }

    private Optional<Integer> openPidfd(int pid) throws ErrnoException {
        try {
            return Optional.of(linux.processes().open(pid));
        } catch (ErrnoException e) {
            // Gone, or (EINVAL, ENOENT) a thread of a process that is signalled as a whole.
            if (e.errno() == ErrnoException.EINVAL || e.errno() == ErrnoException.ENOENT) {
                return Optional.empty();
            }
            ignoringGone(e);
            return Optional.empty();
        }
    }

    private void kill(int pidfd) throws ErrnoException {
        unlessGone(() -> linux.processes().signal(pidfd, SIGKILL));
    }

    private interface Call {
        void run() throws ErrnoException;
    }

    private static void unlessGone(Call call) throws ErrnoException {
        try {
            call.run();
        } catch (ErrnoException e) {
            ignoringGone(e);
        }
    }

    /** ESRCH: the process is gone; ENOENT, ENODEV: the group is. All the same, that is what was wanted. */
    private static boolean ignoringGone(ErrnoException e) throws ErrnoException {
        return switch (e.errno()) {
            case ErrnoException.ESRCH, ErrnoException.ENOENT, ErrnoException.ENODEV -> true;
            default -> throw e;
        };
    }
}
