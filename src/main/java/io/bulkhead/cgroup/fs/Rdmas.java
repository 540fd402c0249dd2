package io.bulkhead.cgroup.fs;

import io.bulkhead.spec.RdmaLimit;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/** {@code rdma.max}, the same in both versions. */
public final class Rdmas {
    private Rdmas() {}

    public static Setting max(Map<String, RdmaLimit> limits) {
        SortedMap<String, String> wanted = new TreeMap<>();
        limits.forEach((device, limit) -> wanted.put(device, text(limit.handles(), limit.objects())));
        return new Entries("rdma", "rdma.max", wanted, text(OptionalInt.empty(), OptionalInt.empty()), "");
    }

    private static String text(OptionalInt handles, OptionalInt objects) {
        return "hca_handle=" + text(handles) + " hca_object=" + text(objects);
    }

    private static String text(OptionalInt value) {
        return value.isPresent() ? Integer.toString(value.getAsInt()) : "max";
    }
}
