package io.bulkhead.spec;

import java.util.Optional;

/** The commands that are run around a service's run. */
public record Hooks(Optional<Hook> preStart, Optional<Hook> postStop) {
    public static final Hooks NONE = new Hooks(Optional.empty(), Optional.empty());

    public Optional<Hook> at(HookPoint point) {
        return switch (point) {
            case PRE_START -> preStart;
            case POST_STOP -> postStop;
        };
    }
}
