package io.bulkhead.control;

import io.bulkhead.reconcile.Operations;
import io.bulkhead.spec.ServiceName;

/** Services by what a peer calls them. */
final class Named {
    private Named() {}

    /** The one of that name. */
    static ServiceName one(Operations operations, String text) throws RefusedException {
        return operations
                .names()
                .one(text)
                .orElseThrow(() -> new RefusedException(404, operations.names().notOne(text)));
    }
}
