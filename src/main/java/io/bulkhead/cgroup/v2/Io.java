package io.bulkhead.cgroup.v2;

import io.bulkhead.cgroup.fs.BfqWeight;
import io.bulkhead.cgroup.fs.Controller;
import io.bulkhead.cgroup.fs.Entries;
import io.bulkhead.cgroup.fs.HostDevices;
import io.bulkhead.cgroup.fs.Setting;
import io.bulkhead.cgroup.fs.Value;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.spec.IoLimits;
import io.bulkhead.spec.Limits;
import java.util.List;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Disks: {@code io.max}, a line for each disk; and {@code io.weight}, which matters where {@code io.cost.qos} is enabled for a
 * disk, and {@code io.bfq.weight}, which matters to disks whose scheduler is bfq.
 *
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v2.html#io-interface-files">cgroup v2, IO</a>
 */
public final class Io implements Controller {
    private static final String UNLIMITED = "rbps=max wbps=max riops=max wiops=max";

    private final HostDevices disks;

    public Io(HostDevices disks) {
        this.disks = disks;
    }

    @Override
    public String name() {
        return "io";
    }

    @Override
    public List<Setting> settings(Limits limits) throws ErrnoException {
        SortedMap<String, String> wanted = new TreeMap<>();
        for (IoLimits.Device device : limits.io().devices()) {
            wanted.put(
                    disks.disk(device.path()),
                    "rbps=" + text(device.readBps()) + " wbps=" + text(device.writeBps()) + " riops="
                            + text(device.readIops()) + " wiops=" + text(device.writeIops()));
        }
        boolean weighed = limits.io().weight().isPresent();
        return List.of(
                new Entries("io.limits", "io.max", wanted, UNLIMITED, "CONFIG_BLK_DEV_THROTTLING"),
                weight(
                        "io.weight",
                        weighed,
                        Integer.toString(limits.io().weight().orElse(100))),
                weight("io.bfq.weight", weighed, BfqWeight.text(limits.io().weight())));
    }

    /** A kernel may have either, both, or none. */
    private static Setting weight(String file, boolean asked, String weight) {
        return Value.of("io.weight", file, asked, "default " + weight).whereThere();
    }

    private static String text(OptionalLong limit) {
        return limit.isPresent() ? Long.toString(limit.getAsLong()) : "max";
    }
}
