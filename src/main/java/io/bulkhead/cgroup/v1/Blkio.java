package io.bulkhead.cgroup.v1;

import io.bulkhead.cgroup.fs.BfqWeight;
import io.bulkhead.cgroup.fs.Controller;
import io.bulkhead.cgroup.fs.Entries;
import io.bulkhead.cgroup.fs.HostDevices;
import io.bulkhead.cgroup.fs.Setting;
import io.bulkhead.cgroup.fs.Value;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.spec.IoLimits;
import io.bulkhead.spec.Limits;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Disks: {@code blkio.throttle.read_bps_device} and its three siblings, lines of a disk's number and a limit, and {@code
 * blkio.bfq.weight}, which matters to disks whose scheduler is bfq.
 *
 * <p>v1 throttles what a process reads and writes itself, not what the kernel writes back later: buffered writes pass.
 *
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v1/blkio-controller.html">Block IO controller</a>
 */
public final class Blkio implements Controller {
    private static final String UNLIMITED = "0";

    private final HostDevices disks;

    public Blkio(HostDevices disks) {
        this.disks = disks;
    }

    @Override
    public String name() {
        return "blkio";
    }

    @Override
    public List<Setting> settings(Limits limits) throws ErrnoException {
        IoLimits io = limits.io();
        Map<IoLimits.Device, String> numbers = new LinkedHashMap<>();
        for (IoLimits.Device device : io.devices()) {
            numbers.put(device, disks.disk(device.path()));
        }
        return List.of(
                throttle(numbers, "read_bps", IoLimits.Device::readBps),
                throttle(numbers, "write_bps", IoLimits.Device::writeBps),
                throttle(numbers, "read_iops", IoLimits.Device::readIops),
                throttle(numbers, "write_iops", IoLimits.Device::writeIops),
                Value.of("io.weight", "blkio.bfq.weight", io.weight().isPresent(), BfqWeight.text(io.weight()))
                        .since("CONFIG_BFQ_GROUP_IOSCHED"));
    }

    private static Setting throttle(
            Map<IoLimits.Device, String> numbers, String what, Function<IoLimits.Device, OptionalLong> limit) {
        SortedMap<String, String> wanted = new TreeMap<>();
        numbers.forEach(
                (device, number) -> limit.apply(device).ifPresent(most -> wanted.put(number, Long.toString(most))));
        return new Entries(
                "io.limits", "blkio.throttle." + what + "_device", wanted, UNLIMITED, "CONFIG_BLK_DEV_THROTTLING");
    }
}
