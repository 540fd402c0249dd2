package io.bulkhead.cgroup;

import io.bulkhead.cgroup.fs.GroupFiles;
import io.bulkhead.cgroup.fs.Hierarchy;
import io.bulkhead.cgroup.fs.Setting;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.spec.IndexSet;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What the groups above a group leave it: the least of all limits on the way up is the one that holds.
 *
 * <p>A limit is compared where more can be told from less: shares of CPU time, bytes, tasks, sets of CPUs.
 */
final class Ancestry {
    private static final double UNLIMITED = Double.POSITIVE_INFINITY;
    /** v1's largest number of bytes differs a little by the size of pages. */
    private static final double NO_BYTES = 1L << 62;

    private final Linux linux;

    Ancestry(Linux linux) {
        this.linux = linux;
    }

    /** A group above, and what it allows. */
    private record Bound(Path group, double most, String shown) {}

    LimitReport report(Hierarchy hierarchy, String group, Setting setting) throws ErrnoException {
        Path directory = hierarchy.parent().child(group);
        String written = shown(setting, GroupFiles.in(linux, directory));
        Path file = directory.resolve(setting.file()).normalize();
        Optional<String> places = effectivePlaces(setting, directory);
        if (places.isPresent()) {
            boolean cut = !written.isEmpty() && !places.get().equals(written);
            Optional<Path> by = cut ? Optional.ofNullable(directory.getParent()) : Optional.empty();
            return new LimitReport(setting.key(), file, setting.wanted(), written, places.get(), by);
        }
        double own = most(setting.file(), GroupFiles.in(linux, directory));
        Optional<Bound> least = least(setting.file(), directory);
        if (least.isPresent() && least.get().most < own) {
            return new LimitReport(
                    setting.key(), file, setting.wanted(), written, least.get().shown, Optional.of(least.get().group));
        }
        return new LimitReport(setting.key(), file, setting.wanted(), written, written, Optional.empty());
    }

    private static String shown(Setting setting, GroupFiles files) throws ErrnoException {
        List<Setting.Write> writes = setting.writes(files, false);
        if (writes.isEmpty()) {
            return setting.wanted();
        }
        List<String> before = new ArrayList<>();
        writes.forEach(write -> before.add(write.before()));
        return String.join(", ", before);
    }

    /** What can be told of a limit before the group, which need not exist, has it. */
    List<Foreseen> foresee(Hierarchy hierarchy, String group, List<Setting> settings) throws ErrnoException {
        String period = "100000";
        List<Foreseen> foreseen = new ArrayList<>();
        for (Setting setting : settings) {
            if (setting.file().equals("cpu.cfs_period_us")) {
                period = setting.wanted();
            } else if (setting.asked()) {
                foresee(hierarchy.parent().child(group), setting, period, foreseen);
            }
        }
        return foreseen;
    }

    private void foresee(Path directory, Setting setting, String period, List<Foreseen> foreseen)
            throws ErrnoException {
        String key = setting.key();
        double asked = asked(setting, period);
        Optional<Bound> least = least(setting.file(), directory);
        if (least.isPresent() && least.get().most < asked) {
            boolean refused = setting.file().startsWith("cpu.cfs_");
            foreseen.add(new Foreseen(
                    key,
                    words(setting.file(), asked) + " is above the " + words(setting.file(), least.get().most) + " of "
                            + least.get().group
                            + (refused ? ", and the kernel will refuse it" : ": that is all it will get")));
        }
        use(setting.file(), GroupFiles.in(linux, directory)).ifPresent(use -> {
            if (use > asked) {
                foreseen.add(new Foreseen(
                        key,
                        words(setting.file(), asked) + " is below the " + words(setting.file(), use) + " in use: "
                                + consequence(setting.file())));
            }
        });
        places(setting, directory)
                .ifPresent(has -> foreseen.add(new Foreseen(
                        key,
                        setting.wanted() + " is not all among the " + has + " of " + directory.getParent()
                                + (isLegacyPlaces(directory)
                                        ? ", and the kernel will refuse it"
                                        : ": the rest will have no effect"))));
    }

    /** The nearest of the groups above that allow least. */
    private Optional<Bound> least(String file, Path directory) throws ErrnoException {
        Optional<Bound> least = Optional.empty();
        for (Path group : above(directory)) {
            GroupFiles files = GroupFiles.in(linux, group);
            double most = most(file, files);
            if (most < least.map(Bound::most).orElse(UNLIMITED)) {
                least = Optional.of(new Bound(group, most, files.read(file).strip()));
            }
        }
        return least;
    }

    private List<Path> above(Path directory) {
        List<Path> above = new ArrayList<>();
        Path group = directory.getParent();
        while (group != null && linux.exists(group + "/cgroup.procs")) {
            above.add(group);
            group = group.getParent();
        }
        return above;
    }

    /** How much a group's file allows; unlimited where it has none, or none that says how much. */
    private static double most(String file, GroupFiles files) throws ErrnoException {
        if (!isAmount(file) || !files.has(file)) {
            return UNLIMITED;
        }
        String text = files.read(file).strip();
        if (file.equals("cpu.cfs_quota_us")) {
            return share(text, files.read("cpu.cfs_period_us").strip());
        }
        if (file.equals("cpu.max")) {
            String[] parts = text.split(" ", -1);
            return share(parts[0], parts[parts.length - 1]);
        }
        return amount(text);
    }

    private static boolean isAmount(String file) {
        return file.equals("cpu.max")
                || file.equals("cpu.cfs_quota_us")
                || file.equals("pids.max")
                || file.equals("memory.max")
                || file.equals("memory.high")
                || file.equals("memory.limit_in_bytes")
                || file.startsWith("hugetlb.");
    }

    /** @param period what {@code cpu.cfs_period_us} is to hold beside a v1 quota */
    private static double asked(Setting setting, String period) {
        if (!isAmount(setting.file())) {
            return UNLIMITED;
        }
        String text = setting.wanted();
        if (setting.file().equals("cpu.max")) {
            String[] parts = text.split(" ", -1);
            return share(parts[0], parts[parts.length - 1]);
        }
        return setting.file().equals("cpu.cfs_quota_us") ? share(text, period) : amount(text);
    }

    private static double share(String quota, String period) {
        double most = amount(quota);
        return most == UNLIMITED ? UNLIMITED : most / Double.parseDouble(period);
    }

    private static double amount(String text) {
        if (text.equals("max") || text.startsWith("-") || text.isEmpty()) {
            return UNLIMITED;
        }
        double amount = Double.parseDouble(text);
        return amount >= NO_BYTES ? UNLIMITED : amount;
    }

    /** How much of it the group has in use now. */
    private static Optional<Double> use(String file, GroupFiles files) throws ErrnoException {
        String current = switch (file) {
            case "memory.max" -> "memory.current";
            case "memory.limit_in_bytes" -> "memory.usage_in_bytes";
            case "pids.max" -> "pids.current";
            default -> "";
        };
        return !current.isEmpty() && files.has(current)
                ? Optional.of(amount(files.read(current).strip()))
                : Optional.empty();
    }

    private static String consequence(String file) {
        return switch (file) {
            case "pids.max" -> "nothing ends, but nothing new can begin";
            case "memory.max" -> "the kernel takes back what it can, and kills where it can't";
            default -> "the kernel takes back what it can, and refuses the limit where it can't";
        };
    }

    private static String words(String file, double amount) {
        if (file.startsWith("cpu.")) {
            return String.format(Locale.US, "%.0f %% of a CPU", amount * 100);
        }
        if (file.equals("pids.max")) {
            return String.format(Locale.US, "%.0f tasks", amount);
        }
        return String.format(Locale.US, "%.1f MiB", amount / (1 << 20));
    }

    private Optional<String> effectivePlaces(Setting setting, Path directory) throws ErrnoException {
        if (!setting.file().equals("cpuset.cpus") && !setting.file().equals("cpuset.mems")) {
            return Optional.empty();
        }
        String what = setting.file().substring("cpuset.".length());
        for (String file : List.of(setting.file() + ".effective", "cpuset.effective_" + what)) {
            if (linux.exists(directory + "/" + file)) {
                return Optional.of(linux.readFile(directory + "/" + file).strip());
            }
        }
        return Optional.empty();
    }

    /** The parent's places, where some of those asked for are not among them. */
    private Optional<String> places(Setting setting, Path directory) throws ErrnoException {
        Path parent = directory.getParent();
        if (parent == null || !setting.asked()) {
            return Optional.empty();
        }
        Optional<String> has = effectivePlaces(setting, parent);
        return has.filter(list -> !IndexSet.of(setting.wanted())
                .map(asked -> asked.isWithin(list))
                .orElse(true));
    }

    private boolean isLegacyPlaces(Path directory) {
        return linux.exists(directory.getParent() + "/cpuset.effective_cpus");
    }
}
