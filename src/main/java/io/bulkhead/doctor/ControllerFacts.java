package io.bulkhead.doctor;

import java.util.List;

/**
 * What is known of a cgroup controller whatever the host.
 *
 * @param name its name in v1, or in v2 where it has none in v1
 * @param purpose what it is good for
 * @param option what a kernel with it is built with
 * @param v2 its name among v2's controllers; empty where v2 has none
 * @param inEveryGroup what v2 has in its place in every group; empty where it has nothing
 */
record ControllerFacts(String name, String purpose, String option, String v2, String inEveryGroup) {
    /** The fourteen of v1, then what only v2 has. cgroups(7), Documentation/admin-guide/cgroup-v2.rst */
    static final List<ControllerFacts> ALL = List.of(
            of("cpu", "CPU time", "CONFIG_CFS_BANDWIDTH"),
            new ControllerFacts("cpuacct", "figures of CPU time", "CONFIG_CGROUP_CPUACCT", "", "cpu.stat"),
            of("cpuset", "which CPUs and memory nodes", "CONFIG_CPUSETS"),
            of("memory", "memory and swap", "CONFIG_MEMCG"),
            new ControllerFacts(
                    "devices", "which devices", "CONFIG_CGROUP_DEVICE", "", "a BPF program (CONFIG_CGROUP_BPF)"),
            new ControllerFacts("freezer", "pausing", "CONFIG_CGROUP_FREEZER", "", "cgroup.freeze"),
            new ControllerFacts("blkio", "disk I/O", "CONFIG_BLK_CGROUP", "io", ""),
            of("pids", "processes and threads", "CONFIG_CGROUP_PIDS"),
            new ControllerFacts("net_cls", "marking packets", "CONFIG_CGROUP_NET_CLASSID", "", ""),
            new ControllerFacts("net_prio", "priorities of packets", "CONFIG_CGROUP_NET_PRIO", "", ""),
            new ControllerFacts("perf_event", "perf by group", "CONFIG_CGROUP_PERF", "", "the group's own descriptor"),
            of("hugetlb", "huge pages", "CONFIG_CGROUP_HUGETLB"),
            of("rdma", "RDMA adapters", "CONFIG_CGROUP_RDMA"),
            of("misc", "scarce numbers, as of encrypted guests", "CONFIG_CGROUP_MISC (Linux 5.13)"),
            of("dmem", "memory of devices", "CONFIG_CGROUP_DMEM (Linux 6.14)"));

    private static ControllerFacts of(String name, String purpose, String option) {
        return new ControllerFacts(name, purpose, option, name, "");
    }
}
