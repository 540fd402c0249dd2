package io.bulkhead.spec;

import java.util.Collections;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How a service's packets are marked; cgroup v1 alone.
 *
 * @param classId the class tc(8) and iptables(8) know it by, 0xAAAABBBB for AAAA:BBBB; {@code net_cls.classid}
 * @param priorities of its packets, by interface; {@code net_prio.ifpriomap}
 */
public record NetLimits(OptionalLong classId, SortedMap<String, Integer> priorities) {
    public static final NetLimits NONE = new NetLimits(OptionalLong.empty(), Map.of());

    public NetLimits {
        priorities = Collections.unmodifiableSortedMap(new TreeMap<>(priorities));
    }

    public NetLimits(OptionalLong classId, Map<String, Integer> priorities) {
        this(classId, (SortedMap<String, Integer>) new TreeMap<>(priorities));
    }
}
