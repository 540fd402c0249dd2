package io.bulkhead.control.wire;

import java.util.List;

/** A service that is declared otherwise than before, with every changed key. */
public record ServiceChange(String name, List<KeyChange> keys) {
    public ServiceChange {
        keys = List.copyOf(keys);
    }

    /** Whether any of the changes needs a new process. */
    public boolean restarts() {
        for (KeyChange key : keys) {
            if (key.restarts()) {
                return true;
            }
        }
        return false;
    }
}
