package io.bulkhead.cgroup;

import io.bulkhead.cgroup.fs.Controller;
import io.bulkhead.cgroup.fs.GroupFiles;
import io.bulkhead.cgroup.fs.Hierarchy;
import io.bulkhead.cgroup.fs.Setting;
import io.bulkhead.cgroup.v2.UnifiedHierarchy;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.spec.Limits;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the limits that this host cannot enforce: their controller is missing, or has no such limit in the version that is
 * mounted, or in this kernel.
 *
 * @param known every controller there could be, v2's first
 */
record MissingControllers(
        Linux linux, List<Controller> known, Optional<UnifiedHierarchy> unified, List<Hierarchy> hierarchies) {
    /** Says nothing without the quota. */
    private static final String PERIOD = "cpu.period";

    /** Each limit that cannot be, with what lacks, and how to get it. */
    List<Unsupported> of(Limits limits) throws ErrnoException {
        Map<String, String> problems = new LinkedHashMap<>();
        List<String> possible = new ArrayList<>();
        for (Hierarchy hierarchy : hierarchies) {
            for (Controller controller : hierarchy.offered()) {
                possible(hierarchy, controller, limits, possible, problems);
            }
        }
        for (Controller controller : known) {
            for (Setting setting : settings(controller, limits, problems)) {
                String key = setting.key();
                boolean asked = setting.asked() && !key.equals(PERIOD);
                // Everybody's policy of devices is a matter of course where it can be, and nothing to ask for.
                asked &= !key.equals("devices") || !limits.devices().isEmpty();
                if (asked && !possible.contains(key)) {
                    problems.putIfAbsent(key, key + sentence(key, controller.name()));
                }
            }
        }
        List<Unsupported> unsupported = new ArrayList<>();
        problems.forEach((key, reason) -> unsupported.add(new Unsupported(key, reason)));
        return unsupported;
    }

    /** Fails where a limit cannot be. */
    void check(String group, Limits limits) throws ErrnoException {
        List<Unsupported> unsupported = of(limits);
        if (!unsupported.isEmpty()) {
            List<String> sentences = new ArrayList<>();
            unsupported.forEach(each -> sentences.add(each.reason()));
            throw new ErrnoException("limit " + group + ": " + String.join("; ", sentences), ErrnoException.ENOENT);
        }
    }

    private static void possible(
            Hierarchy hierarchy,
            Controller controller,
            Limits limits,
            List<String> possible,
            Map<String, String> problems)
            throws ErrnoException {
        GroupFiles files = hierarchy.parent().files();
        for (Setting setting : settings(controller, limits, problems)) {
            if (!setting.asked()) {
                continue;
            }
            boolean mayLack = !setting.since().isEmpty() || setting.dispensable();
            boolean has = !mayLack || files.has(setting.file());
            if (!has) {
                hierarchy.createParent();
                has = files.has(setting.file());
            }
            if (has) {
                possible.add(setting.key());
            } else if (!setting.dispensable()) {
                problems.put(
                        setting.key(),
                        setting.key() + " needs " + setting.file() + ", which this kernel lacks (" + setting.since()
                                + ")");
            }
        }
    }

    private static List<Setting> settings(Controller controller, Limits limits, Map<String, String> problems) {
        try {
            return controller.settings(limits);
        } catch (ErrnoException e) {
            String key = switch (controller.name()) {
                case "io", "blkio" -> "io.limits";
                default -> controller.name();
            };
            problems.putIfAbsent(key, key + ": " + e.getMessage());
            return List.of();
        }
    }

    /** Behind a key: why its controller is of no use. */
    private String sentence(String key, String controller) throws ErrnoException {
        String problem = " needs the " + controller + " controller, which this host doesn't offer";
        Optional<String> refusal = unified.flatMap(v2 -> v2.refusal(controller));
        if (refusal.isPresent()) {
            return problem + " to our group: " + refusal.get();
        }
        for (Hierarchy hierarchy : hierarchies) {
            for (Controller offered : hierarchy.offered()) {
                if (offered.name().equals(KernelControllers.legacyName(controller))) {
                    if (key.equals("memory.swap") && !(hierarchy instanceof UnifiedHierarchy)) {
                        return " needs memory.max beside it: v1 limits memory and swap together";
                    }
                    return hierarchy instanceof UnifiedHierarchy
                            ? " needs a file of the " + controller + " controller that this kernel lacks"
                            : " is a limit of cgroup v2 alone, and the " + controller
                                    + " controller is v1's here (boot with cgroup_no_v1=" + offered.name()
                                    + ", or systemd.unified_cgroup_hierarchy=1)";
                }
            }
        }
        Optional<String> remedy = KernelControllers.read(linux).remedy(controller);
        if (remedy.isPresent()) {
            return problem + " (" + remedy.get() + ")";
        }
        String name = KernelControllers.legacyName(controller);
        boolean legacyOnly = name.startsWith("net_");
        boolean unifiedOnly = hierarchies.stream().allMatch(UnifiedHierarchy.class::isInstance);
        if (unifiedOnly && !legacyOnly) {
            return problem
                    + " in cgroup.controllers (a kernel with it, not mounted as v1, not disabled by cgroup_disable="
                    + name + "; under systemd Delegate=yes)";
        }
        return problem + (legacyOnly ? ": it is of cgroup v1 alone, and not mounted" : "") + " (mount -t cgroup -o "
                + name + " cgroup /sys/fs/cgroup/" + name + ")";
    }
}
