package io.bulkhead.status;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What was seen of every service.
 *
 * @param services by service name; a service that isn't in here has nothing in the kernel
 * @param orphans groups under our parent that no service owns
 */
public record Observed(Map<io.bulkhead.spec.ServiceName, Service> services, Set<String> orphans) {
    public Observed {
        services = Map.copyOf(services);
        orphans = Set.copyOf(orphans);
    }

    /**
     * What was seen of one service.
     *
     * @param event what happened to its main process since the last look
     * @param group whether its cgroup exists
     * @param populated whether any process is in it
     * @param differences limits in force that differ from its spec's
     * @param busy whether an action on it is still under way, so that nothing must be begun
     * @param signs what its process has answered
     * @param hookEvent what happened to its hook since the last look
     * @param strain in words, what has befallen it that it is to be restarted for
     */
    public record Service(
            Optional<ProcessEvent> event,
            boolean group,
            boolean populated,
            List<Difference> differences,
            boolean busy,
            Signs signs,
            Optional<HookEvent> hookEvent,
            Optional<String> strain) {
        public static final Service NOTHING = new Service(Optional.empty(), false, false, List.of(), false);

        public Service(
                Optional<ProcessEvent> event,
                boolean group,
                boolean populated,
                List<Difference> differences,
                boolean busy) {
            this(event, group, populated, differences, busy, Signs.NONE, Optional.empty(), Optional.empty());
        }

        /** The same once the events are taken in. */
        public Service withoutEvent() {
            return new Service(Optional.empty(), group, populated, differences, busy, signs, Optional.empty(), strain);
        }

        public Service {
            differences = List.copyOf(differences);
        }
    }

    /**
     * A limit that isn't as the spec has it.
     *
     * @param key {@code cpu.quota}
     * @param found as the kernel has it
     * @param wanted as the kernel would have it
     */
    public record Difference(String key, String found, String wanted) {}

    /** What can happen to a main process. */
    public sealed interface ProcessEvent {
        /** It was launched and has exec'ed. */
        record Launched(ProcessId process, String launchHash, Instant at) implements ProcessEvent {}

        /** It could not be launched. */
        record LaunchFailed(String reason, String launchHash, Instant at) implements ProcessEvent {}

        /** Another has taken its place, which lived beside it. */
        record Moved(ProcessId from, ProcessId to) implements ProcessEvent {}

        /**
         * It ended.
         *
         * @param hardship what its group had come up against meanwhile, in words; or empty
         */
        record Ended(ProcessId process, ExitStatus status, Instant at, String hardship) implements ProcessEvent {
            public Ended(ProcessId process, ExitStatus status, Instant at) {
                this(process, status, at, "");
            }
        }
    }
}
