package io.bulkhead.spec;

import java.time.Duration;
import java.util.List;

/**
 * A command that is run around a service's run.
 *
 * @param command program and arguments, at least one
 * @param timeout from its launch; then it is killed, with all it started; 1 ms or more
 * @param where in what surroundings
 */
public record Hook(List<String> command, Duration timeout, Where where) {
    public static final Duration TIMEOUT = Duration.ofSeconds(30);

    public Hook {
        command = List.copyOf(command);
        if (command.isEmpty() || command.get(0).isEmpty()) {
            throw new IllegalArgumentException("command is empty");
        }
    }

    /** In what surroundings a hook runs. */
    public enum Where {
        /** As a service of the same configuration: root, user, powers, limits, in its cgroup. */
        CONTAINER,
        /** As the host's root, outside of everything but a cgroup of its own. */
        HOST;

        /** The cgroup that it runs in. No service can have the name of one on the host, for none begins like that. */
        public String group(ServiceName service) {
            return this == CONTAINER ? service.value() : HOSTS + service.value();
        }

        /** Whether a cgroup is one of those that hooks on the host run in. */
        public static boolean isHosts(String group) {
            return group.startsWith(HOSTS);
        }

        private static final String HOSTS = "_";
    }
}
