package io.bulkhead.cgroup;

import io.bulkhead.cgroup.fs.Controller;
import io.bulkhead.cgroup.fs.HostDevices;
import io.bulkhead.cgroup.fs.HugePages;
import io.bulkhead.cgroup.v1.Blkio;
import io.bulkhead.cgroup.v1.Counting;
import io.bulkhead.cgroup.v1.Devices;
import io.bulkhead.cgroup.v1.NetCls;
import io.bulkhead.cgroup.v1.NetPrio;
import io.bulkhead.cgroup.v2.Io;
import java.util.List;

/** Every controller there can be, in either version. */
final class Controllers {
    private Controllers() {}

    /** v1's, in the order in which limits are written; with {@code name=systemd} all that a host can have mounted. */
    static List<Controller> legacy(long pageSize, HostDevices devices, HugePages hugePages) {
        return List.of(
                new io.bulkhead.cgroup.v1.Cpu(),
                new io.bulkhead.cgroup.v1.Cpuset(),
                new io.bulkhead.cgroup.v1.Memory(pageSize),
                new io.bulkhead.cgroup.v1.Pids(),
                new Blkio(devices),
                new Devices(devices),
                new io.bulkhead.cgroup.v1.Hugetlb(hugePages),
                new io.bulkhead.cgroup.v1.Rdma(),
                new NetCls(),
                new NetPrio(),
                new io.bulkhead.cgroup.v1.Misc(),
                new Counting("cpuacct"),
                new Counting("perf_event"),
                new Counting("freezer"),
                new Counting("name=systemd"));
    }

    /** v2's, but for devices: these take a kernel that lets us attach programs. */
    static List<Controller> unified(long pageSize, HostDevices devices, HugePages hugePages) {
        return List.of(
                new io.bulkhead.cgroup.v2.Cpu(),
                new io.bulkhead.cgroup.v2.Cpuset(),
                new io.bulkhead.cgroup.v2.Memory(pageSize),
                new io.bulkhead.cgroup.v2.Pids(),
                new Io(devices),
                new io.bulkhead.cgroup.v2.Hugetlb(hugePages),
                new io.bulkhead.cgroup.v2.Rdma(),
                new io.bulkhead.cgroup.v2.Misc());
    }
}
