package io.bulkhead.control.wire;

import java.io.IOException;

/** Bytes from the other side that are not what the interface says. */
public final class WireException extends IOException {
    private static final long serialVersionUID = 1;

    public WireException(String message) {
        super(message);
    }
}
