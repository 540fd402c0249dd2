package io.bulkhead.cgroup.fs;

import io.bulkhead.libc.Checkpoint;
import io.bulkhead.libc.ErrnoException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Compares a group's files with what they are to hold, and writes those that differ. */
public final class Settings {
    private Settings() {}

    /** Something that isn't as it is to be. */
    public record Difference(Setting setting, Setting.Write write) {}

    /**
     * What differs now, in the order of {@code settings}.
     *
     * @param thorough as {@link Setting#writes} has it
     */
    public static List<Difference> differences(GroupFiles files, List<Setting> settings, boolean thorough)
            throws ErrnoException {
        List<Difference> differences = new ArrayList<>();
        for (Setting setting : settings) {
            if (isLacking(setting, files)) {
                continue;
            }
            for (Setting.Write write : setting.writes(files, thorough)) {
                differences.add(new Difference(setting, write));
            }
        }
        return differences;
    }

    /** Whether the host lacks the file and nobody is worse off for it. */
    private static boolean isLacking(Setting setting, GroupFiles files) {
        boolean mayLack = setting.dispensable() || (!setting.since().isEmpty() && !setting.asked());
        return mayLack && !files.has(setting.file());
    }

    /**
     * Writes what differs, in the order of {@code settings}; a write that is refused with EINVAL is tried again after the
     * others.
     *
     * @return what was written, in the order of writing
     * @throws ErrnoException of the first write that no order makes possible
     */
    public static List<Difference> apply(GroupFiles files, List<Setting> settings, boolean thorough)
            throws ErrnoException {
        List<Difference> written = new ArrayList<>();
        List<Difference> pending = differences(files, settings, thorough);
        while (!pending.isEmpty()) {
            List<Difference> refused = new ArrayList<>();
            Optional<ErrnoException> refusal = Optional.empty();
            for (Difference difference : pending) {
                try {
                    difference.write().to(files);
                    Checkpoint.LIMITS_HALF_WRITTEN.reached();
                    written.add(difference);
                } catch (ErrnoException e) {
                    // v1 validates every write against the files that aren't written yet: a quota against the old
                    // period, a memory limit against the old limit of memory and swap.
                    if (e.errno() != ErrnoException.EINVAL) {
                        throw explained(e);
                    }
                    refused.add(difference);
                    refusal = refusal.or(() -> Optional.of(e));
                }
            }
            if (refusal.isPresent() && refused.size() == pending.size()) {
                throw explained(refusal.get());
            }
            pending = refused;
        }
        return written;
    }

    private static ErrnoException explained(ErrnoException e) {
        String why = explanation(e.operation(), e.errno());
        return why.isEmpty() ? e : new ErrnoException(e.operation() + " (" + why + ")", e.errno());
    }

    private static String explanation(String operation, int errno) {
        if (errno == ErrnoException.EBUSY) {
            return "the group holds more than that, and the kernel cannot reclaim it";
        }
        if (operation.contains("/cpu.cfs_") && errno == ErrnoException.EINVAL) {
            return "v1 gives a group no larger share of the CPUs than its parent group has";
        }
        if (operation.contains("/cpuset.") && (errno == ErrnoException.EACCES || errno == ErrnoException.EINVAL)) {
            return "not all of these are there, or the parent group's to give";
        }
        if (operation.contains("/rdma.max") && errno == ErrnoException.ENODEV) {
            return "this machine has no RDMA device of that name";
        }
        if (operation.contains("/misc.max") && errno == ErrnoException.EINVAL) {
            return "this machine has nothing of that name, or less: see misc.capacity in the root group";
        }
        if (operation.contains("/net_prio.ifpriomap") && errno == ErrnoException.ENODEV) {
            return "the host has no network interface of that name";
        }
        if (errno == ErrnoException.ENODEV && (operation.contains("/io.") || operation.contains("/blkio."))) {
            return "no whole disk has this number now";
        }
        return "";
    }
}
