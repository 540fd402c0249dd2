package io.bulkhead.spec;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Every limit that a service's cgroup has. An empty one is the kernel's default: what leaves the configuration is written as
 * that, once, and from then on is whoever's who sets it.
 *
 * @param cpu time
 * @param cpuset places
 * @param memory bytes
 * @param pidsMax tasks the group may hold, 1 or more; {@code pids.max}
 * @param io disks
 * @param hugetlb bytes of huge pages, by the page's size as the kernel writes it: {@code 2MB}
 * @param rdma by device
 * @param net marks of packets
 * @param misc amounts of scarce things of the hardware, by the kernel's name: {@code sev}
 * @param devices beyond those everybody has
 */
public record Limits(
        CpuLimits cpu,
        CpusetLimits cpuset,
        MemoryLimits memory,
        OptionalLong pidsMax,
        IoLimits io,
        SortedMap<String, Long> hugetlb,
        SortedMap<String, RdmaLimit> rdma,
        NetLimits net,
        SortedMap<String, Long> misc,
        List<DeviceRule> devices) {
    /** No limit at all. */
    public static final Limits NONE = new Limits(
            CpuLimits.NONE,
            CpusetLimits.NONE,
            MemoryLimits.NONE,
            OptionalLong.empty(),
            IoLimits.NONE,
            new TreeMap<>(),
            new TreeMap<>(),
            NetLimits.NONE,
            new TreeMap<>(),
            List.of());

    public Limits {
        if (pidsMax.isPresent() && pidsMax.getAsLong() < 1) {
            throw new IllegalArgumentException("pids.max " + pidsMax.getAsLong() + " is below 1");
        }
        hugetlb = Collections.unmodifiableSortedMap(new TreeMap<>(hugetlb));
        rdma = Collections.unmodifiableSortedMap(new TreeMap<>(rdma));
        misc = Collections.unmodifiableSortedMap(new TreeMap<>(misc));
        devices = List.copyOf(devices);
    }

    public Limits with(CpuLimits value) {
        return new Limits(value, cpuset, memory, pidsMax, io, hugetlb, rdma, net, misc, devices);
    }

    public Limits with(CpusetLimits value) {
        return new Limits(cpu, value, memory, pidsMax, io, hugetlb, rdma, net, misc, devices);
    }

    public Limits with(MemoryLimits value) {
        return new Limits(cpu, cpuset, value, pidsMax, io, hugetlb, rdma, net, misc, devices);
    }

    public Limits withPidsMax(long value) {
        return new Limits(cpu, cpuset, memory, OptionalLong.of(value), io, hugetlb, rdma, net, misc, devices);
    }

    public Limits with(IoLimits value) {
        return new Limits(cpu, cpuset, memory, pidsMax, value, hugetlb, rdma, net, misc, devices);
    }

    public Limits withHugetlb(Map<String, Long> value) {
        return new Limits(cpu, cpuset, memory, pidsMax, io, new TreeMap<>(value), rdma, net, misc, devices);
    }

    public Limits withRdma(Map<String, RdmaLimit> value) {
        return new Limits(cpu, cpuset, memory, pidsMax, io, hugetlb, new TreeMap<>(value), net, misc, devices);
    }

    public Limits with(NetLimits value) {
        return new Limits(cpu, cpuset, memory, pidsMax, io, hugetlb, rdma, value, misc, devices);
    }

    public Limits withMisc(Map<String, Long> value) {
        return new Limits(cpu, cpuset, memory, pidsMax, io, hugetlb, rdma, net, new TreeMap<>(value), devices);
    }

    public Limits withDevices(List<DeviceRule> value) {
        return new Limits(cpu, cpuset, memory, pidsMax, io, hugetlb, rdma, net, misc, value);
    }
}
