package io.bulkhead.spec;

import java.util.Optional;

/**
 * How a service is told to read its own configuration again; at an operator's word, and while it runs.
 *
 * @param signal for its main process
 * @param command in place of that
 */
public record Reload(Optional<Signal> signal, Optional<Hook> command) {
    /** It can't be told. */
    public static final Reload NONE = new Reload(Optional.empty(), Optional.empty());
}
