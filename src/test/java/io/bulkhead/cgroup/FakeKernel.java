package io.bulkhead.cgroup;

import io.bulkhead.cgroup.fs.FakeFiles;
import java.util.Map;
import java.util.TreeMap;

/** A group's files that round, clamp and list as the kernel's do, with what they hold in a new group. */
final class FakeKernel extends FakeFiles {
    private static final String NO_BYTES = "9223372036854771712";
    private static final String NO_HUGE = "9223372036852678656";
    private static final long PAGE = 4096;
    private static final long HUGE = 2 << 20;

    private FakeKernel(Map<String, String> contents) {
        super(contents);
    }

    static FakeKernel legacy() {
        Map<String, String> files = new TreeMap<>();
        files.put("cpu.cfs_period_us", "100000");
        files.put("cpu.cfs_quota_us", "-1");
        files.put("cpu.cfs_burst_us", "0");
        files.put("cpu.shares", "1024");
        files.put("cpu.idle", "0");
        files.put("cpuset.cpus", "0-3");
        files.put("../cpuset.cpus", "0-3");
        files.put("cpuset.mems", "0");
        files.put("../cpuset.mems", "0");
        files.put("memory.limit_in_bytes", NO_BYTES);
        files.put("memory.memsw.limit_in_bytes", NO_BYTES);
        files.put("memory.soft_limit_in_bytes", NO_BYTES);
        files.put("pids.max", "max");
        files.put("blkio.throttle.read_bps_device", "");
        files.put("blkio.throttle.write_bps_device", "");
        files.put("blkio.throttle.read_iops_device", "");
        files.put("blkio.throttle.write_iops_device", "");
        files.put("blkio.bfq.weight", "100");
        files.put("devices.list", "a *:* rwm");
        files.put("hugetlb.2MB.limit_in_bytes", NO_HUGE);
        files.put("hugetlb.2MB.rsvd.limit_in_bytes", NO_HUGE);
        files.put("rdma.max", "mlx5_0 hca_handle=max hca_object=max");
        files.put("net_cls.classid", "0");
        files.put("net_prio.ifpriomap", "eth0 0\nlo 0");
        files.put("misc.max", "sev max");
        return new FakeKernel(files);
    }

    static FakeKernel unified() {
        Map<String, String> files = new TreeMap<>();
        files.put("cpu.max", "max 100000");
        files.put("cpu.max.burst", "0");
        files.put("cpu.weight", "100");
        files.put("cpu.idle", "0");
        files.put("cpuset.cpus", "");
        files.put("cpuset.mems", "");
        files.put("memory.max", "max");
        files.put("memory.high", "max");
        files.put("memory.low", "0");
        files.put("memory.swap.max", "max");
        files.put("memory.oom.group", "0");
        files.put("pids.max", "max");
        files.put("io.max", "");
        files.put("io.weight", "default 100");
        files.put("io.bfq.weight", "default 100");
        files.put("hugetlb.2MB.max", "max");
        files.put("hugetlb.2MB.rsvd.max", "max");
        files.put("rdma.max", "mlx5_0 hca_handle=max hca_object=max");
        files.put("misc.max", "sev max");
        return new FakeKernel(files);
    }

    @Override
    public void write(String file, String content) throws io.bulkhead.libc.ErrnoException {
        super.write(file, content);
        if (file.equals("cpu.idle")) {
            // An idle group has the least share there is; one that was idle has everybody's.
            boolean idle = content.equals("1");
            contents.computeIfPresent("cpu.shares", (f, old) -> idle ? "3" : "1024");
            contents.computeIfPresent("cpu.weight", (f, old) -> idle ? "0" : "100");
        }
        if (file.equals("devices.deny") || file.equals("devices.allow")) {
            contents.remove(file);
            contents.merge("devices.list", "", (old, none) -> devices(old, file.endsWith("allow"), content));
        }
    }

    @Override
    protected String shown(String file, String content) {
        String text = content.strip();
        boolean huge = file.startsWith("hugetlb.");
        if (huge || (file.startsWith("memory.") && !file.equals("memory.oom.group"))) {
            if (text.equals("-1")) {
                return huge ? NO_HUGE : NO_BYTES;
            }
            return text.equals("max") ? text : rounded(Long.parseLong(text), huge ? HUGE : PAGE);
        }
        if (file.endsWith("_device")) {
            return listed(file, text, "0");
        }
        if (file.equals("io.max")) {
            return listed(file, text, "rbps=max wbps=max riops=max wiops=max");
        }
        boolean lines = file.equals("rdma.max") || file.equals("misc.max") || file.equals("net_prio.ifpriomap");
        return lines ? listed(file, text, "never") : text;
    }

    private static String rounded(long bytes, long unit) {
        return Long.toString(bytes / unit * unit);
    }

    /** The file with one line replaced, or gone where it says nothing. */
    private String listed(String file, String line, String nothing) {
        Map<String, String> lines = new TreeMap<>();
        for (String each : contents.getOrDefault(file, "").split("\n", -1)) {
            if (!each.isEmpty()) {
                lines.put(each.split(" ", 2)[0], each.split(" ", 2)[1]);
            }
        }
        lines.put(line.split(" ", 2)[0], line.split(" ", 2)[1]);
        lines.values().removeIf(nothing::equals);
        StringBuilder text = new StringBuilder();
        lines.forEach(
                (name, value) -> text.append(name).append(' ').append(value).append('\n'));
        return text.toString().strip();
    }

    private static String devices(String list, boolean allow, String rule) {
        if (rule.equals("a")) {
            return "";
        }
        Map<String, String> access = new TreeMap<>();
        for (String line : list.split("\n", -1)) {
            if (!line.isEmpty()) {
                access.put(line.substring(0, line.lastIndexOf(' ')), line.substring(line.lastIndexOf(' ') + 1));
            }
        }
        String device = rule.substring(0, rule.lastIndexOf(' '));
        String has = access.getOrDefault(device, "");
        StringBuilder now = new StringBuilder();
        for (int i = 0; i < 3; i++) {
            char c = "rwm".charAt(i);
            boolean named = rule.substring(rule.lastIndexOf(' ')).indexOf(c) >= 0;
            boolean had = has.indexOf(c) >= 0;
            if (allow ? (named || had) : (had && !named)) {
                now.append(c);
            }
        }
        access.put(device, now.toString());
        access.values().removeIf(String::isEmpty);
        StringBuilder text = new StringBuilder();
        access.forEach(
                (name, value) -> text.append(name).append(' ').append(value).append('\n'));
        return text.toString().strip();
    }
}
