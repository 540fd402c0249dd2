package io.bulkhead.cgroup.fs;

import io.bulkhead.libc.Checkpoint;
import io.bulkhead.libc.ErrnoException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Compares a group's files with what they are to hold, and writes those that differ. */
public final class Settings {
    private Settings() {}

    /** A file that doesn't hold what it is to hold; {@code before} is what it holds, as the kernel shows it. */
    public record Difference(Setting setting, String before) {}

    /** What differs now, in the order of {@code settings}. */
    public static List<Difference> differences(GroupFiles files, List<Setting> settings) throws ErrnoException {
        List<Difference> differences = new ArrayList<>();
        for (Setting setting : settings) {
            if (setting.optional() && !files.has(setting.file())) {
                continue;
            }
            String before = files.read(setting.file()).strip();
            if (!before.equals(setting.readBack())) {
                differences.add(new Difference(setting, before));
            }
        }
        return differences;
    }

    /**
     * Writes what differs, in the order of {@code settings}; a write that is refused with EINVAL is tried again after the
     * others.
     *
     * @return what was written, in the order of writing
     * @throws ErrnoException of the first write that no order makes possible
     */
    public static List<Difference> apply(GroupFiles files, List<Setting> settings) throws ErrnoException {
        List<Difference> written = new ArrayList<>();
        List<Difference> pending = differences(files, settings);
        while (!pending.isEmpty()) {
            List<Difference> refused = new ArrayList<>();
            Optional<ErrnoException> refusal = Optional.empty();
            for (Difference difference : pending) {
                try {
                    files.write(
                            difference.setting().file(), difference.setting().content());
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
                throw refusal.get();
            }
            pending = refused;
        }
        return written;
    }

    private static ErrnoException explained(ErrnoException e) {
        if (e.errno() != ErrnoException.EBUSY) {
            return e;
        }
        String message = String.valueOf(e.getMessage());
        String operation = message.substring(
                0, message.length() - ErrnoException.describe(e.errno()).length() - 2);
        return new ErrnoException(
                operation + " (the group holds more than that, and the kernel cannot reclaim it)", e.errno());
    }
}
