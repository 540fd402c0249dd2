package io.bulkhead.cgroup;

import io.bulkhead.cgroup.fs.Controller;
import io.bulkhead.cgroup.v1.LegacyHierarchy;
import io.bulkhead.cgroup.v2.UnifiedHierarchy;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.spec.Limits;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Finds the limits that this host cannot enforce.
 *
 * @param demands the controllers we manage, of either version
 */
record MissingControllers(List<Controller> demands, Optional<UnifiedHierarchy> unified, List<LegacyHierarchy> legacy) {
    /** A sentence for each limit without its controller: what lacks, and how to get it. */
    List<String> of(Limits limits) throws ErrnoException {
        List<String> sentences = new ArrayList<>();
        for (Controller controller : demands) {
            Optional<String> key = controller.demand(limits);
            if (key.isPresent() && !isMounted(controller.name()) && !isOffered(controller.name())) {
                sentences.add(sentence(key.get(), controller.name()));
            }
        }
        return sentences;
    }

    /**
     * Fails where a limit's controller doesn't reach a group, though the host has it.
     *
     * @param reaching the names of those that do
     */
    void check(String group, Limits limits, Set<String> reaching) throws ErrnoException {
        List<String> sentences = new ArrayList<>(of(limits));
        for (Controller controller : demands) {
            Optional<String> key = controller.demand(limits);
            if (sentences.isEmpty() && key.isPresent() && !reaching.contains(controller.name())) {
                sentences.add(key.get() + " needs the " + controller.name()
                        + " controller, which isn't in the group's cgroup.controllers");
            }
        }
        if (!sentences.isEmpty()) {
            throw new ErrnoException("limit " + group + ": " + String.join("; ", sentences), ErrnoException.ENOENT);
        }
    }

    private boolean isMounted(String controller) {
        return legacy.stream()
                .flatMap(v1 -> v1.controllers().stream())
                .anyMatch(c -> c.name().equals(controller));
    }

    private boolean isOffered(String controller) throws ErrnoException {
        return unified.isPresent() && unified.get().offers(controller);
    }

    private String sentence(String key, String controller) {
        String problem = key + " needs the " + controller + " controller, which this host doesn't offer";
        Optional<String> refusal = unified.flatMap(v2 -> v2.refusal(controller));
        if (refusal.isPresent()) {
            return problem + " to our group: " + refusal.get();
        }
        if (legacy.isEmpty()) {
            return problem + " in cgroup.controllers (a kernel with it, not disabled by cgroup_disable=" + controller
                    + "; under systemd Delegate=yes)";
        }
        return problem + " (mount -t cgroup -o " + controller + " cgroup /sys/fs/cgroup/" + controller + ")";
    }
}
