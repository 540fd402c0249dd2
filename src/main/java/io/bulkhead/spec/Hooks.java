package io.bulkhead.spec;

import java.util.Optional;

/**
 * The commands that are run around a service's run.
 *
 * @param reload how it is told to read its own configuration again
 */
public record Hooks(Optional<Hook> preStart, Optional<Hook> postStop, Reload reload) {
    public static final Hooks NONE = new Hooks(Optional.empty(), Optional.empty());

    public Hooks(Optional<Hook> preStart, Optional<Hook> postStop) {
        this(preStart, postStop, Reload.NONE);
    }

    public Optional<Hook> at(HookPoint point) {
        return switch (point) {
            case PRE_START -> preStart;
            case POST_STOP -> postStop;
        };
    }
}
