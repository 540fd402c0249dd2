package io.bulkhead.reconcile;

import io.bulkhead.spec.Origin;
import io.bulkhead.status.HookRun;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * All that is known of one service.
 *
 * @param keys every key with its value and where it stands; none of a service whose configuration has errors
 * @param groups its cgroup in every hierarchy; none where it has no group
 * @param limits what became of each limit that is asked for
 * @param hook the command that is run before or after it, while it runs
 * @param hardship what its group has come up against, in words
 * @param processes all that are in its group
 * @param logs the files that its output goes to now
 */
public record Inspection(
        ServiceReport report,
        List<Key> keys,
        List<Path> groups,
        List<Limit> limits,
        Optional<Hook> hook,
        List<String> hardship,
        List<Member> processes,
        List<Path> logs) {
    public Inspection {
        keys = List.copyOf(keys);
        groups = List.copyOf(groups);
        limits = List.copyOf(limits);
        hardship = List.copyOf(hardship);
        processes = List.copyOf(processes);
        logs = List.copyOf(logs);
    }

    /** A key of the configuration. */
    public record Key(String path, String value, Origin origin) {}

    /**
     * A limit.
     *
     * @param asked what is to stand in {@code file}
     * @param written what stands there, as the kernel shows it
     * @param effective what holds
     * @param limitedBy the group above that allows no more, where one does
     */
    public record Limit(
            String key, Path file, String asked, String written, String effective, Optional<Path> limitedBy) {}

    /**
     * A hook that is under way.
     *
     * @param command as the configuration has it by now; empty where it has none any more
     */
    public record Hook(HookRun run, List<String> command) {
        public Hook {
            command = List.copyOf(command);
        }
    }

    /** A process, by its pid on the host, and what it says its command is: the service's own words. */
    public record Member(int pid, String command) {}
}
