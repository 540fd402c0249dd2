package io.bulkhead.spec;

import java.util.OptionalInt;

/**
 * What a service may take of one RDMA device; {@code rdma.max}.
 *
 * @param handles HCA handles
 * @param objects HCA objects
 */
public record RdmaLimit(OptionalInt handles, OptionalInt objects) {
    /** As HOCON has it: <code>{hca-handle = 2}</code>. */
    @Override
    public String toString() {
        String first = handles.isPresent() ? "hca-handle = " + handles.getAsInt() : "";
        String second = objects.isPresent() ? "hca-object = " + objects.getAsInt() : "";
        return "{" + first + (first.isEmpty() || second.isEmpty() ? "" : ", ") + second + "}";
    }
}
