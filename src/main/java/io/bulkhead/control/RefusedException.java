package io.bulkhead.control;

import java.io.IOException;

/** A request that gets another answer than it asked for. */
final class RefusedException extends IOException {
    private static final long serialVersionUID = 1;
    private final int status;

    RefusedException(int status, String message) {
        super(message);
        this.status = status;
    }

    int status() {
        return status;
    }
}
