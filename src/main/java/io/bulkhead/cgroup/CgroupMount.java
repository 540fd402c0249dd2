package io.bulkhead.cgroup;

import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * A mounted cgroup hierarchy.
 *
 * @param point where it is mounted
 * @param root which of its groups stands there: {@code /}, or another one where a subtree is mounted
 * @param unified whether it is v2
 * @param writable whether groups may be made
 * @param controllers the v1 controllers it has; empty for v2 and for v1 hierarchies that only name groups
 */
public record CgroupMount(Path point, String root, boolean unified, boolean writable, Set<String> controllers) {
    public CgroupMount {
        controllers = Set.copyOf(controllers);
    }

    /** The directory of a group that is named from the hierarchy's root, as {@code /proc/PID/cgroup} does, if mounted. */
    public Optional<Path> resolve(String group) {
        if (root.equals("/")) {
            return Optional.of(below(group));
        }
        if (group.equals(root) || group.startsWith(root + "/")) {
            return Optional.of(below(group.substring(root.length())));
        }
        return Optional.empty();
    }

    /** The directory of a path that is relative to the mount, whether or not it begins with a slash. */
    public Path below(String path) {
        String relative = path.replaceFirst("^/+", "");
        return relative.isEmpty() ? point : point.resolve(relative).normalize();
    }
}
