package io.bulkhead.config;

import io.bulkhead.spec.CpuLimits;
import io.bulkhead.spec.CpusetLimits;
import io.bulkhead.spec.DeviceRule;
import io.bulkhead.spec.IndexSet;
import io.bulkhead.spec.Limits;
import io.bulkhead.spec.MemoryLimits;
import io.bulkhead.spec.NetLimits;
import io.bulkhead.spec.RdmaLimit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** What a service's cgroup is limited to, from the sections {@code cpu} to {@code misc} and the list {@code devices}. */
final class LimitsReader {
    private static final String UNLIMITED = "unlimited";
    private static final long PAGE = 4096;
    /** PID_MAX_LIMIT of 64-bit kernels; pids.max takes no larger number. */
    private static final long MOST_PIDS = 1 << 22;

    private static final Pattern HUGE_PAGE = Pattern.compile("[1-9][0-9]{0,3}(KB|MB|GB)");
    private static final Pattern NAME = Pattern.compile("[^\\s/]{1,64}");
    private static final Pattern NODE = Pattern.compile("/dev/[^/]+(/[^/]+)*");
    private static final Scalar<Long> COUNT = Scalar.integer(0, Integer.MAX_VALUE);
    private static final Scalar<IndexSet> INDICES = new Scalar<>(
            "a list of numbers such as 0-3,7",
            text -> IndexSet.of(text).orElseThrow(() -> new Refusal("is not a list of numbers such as 0-3,7")));
    private static final Scalar<Long> CLASS_ID =
            new Scalar<>("a class such as 0x100001, 0xAAAABBBB for AAAA:BBBB", LimitsReader::classId);

    private final Section service;

    LimitsReader(Section service) {
        this.service = service;
    }

    Limits read() {
        Section cpu = service.section("cpu");
        CpuLimits time = new CpuReader(cpu, service.isService()).read();
        CpusetLimits cpuset = new CpusetLimits(cpu.get("cpus", INDICES), cpu.get("mems", INDICES));
        cpu.done();
        MemoryLimits memory = memory();
        OptionalLong pids = pids();
        Limits limits = Limits.NONE
                .with(time)
                .with(cpuset)
                .with(memory)
                .with(new IoReader(service.section("io")).read())
                .withHugetlb(hugetlb())
                .withRdma(rdma())
                .with(net())
                .withMisc(misc())
                .withDevices(devices());
        return pids.isPresent() ? limits.withPidsMax(pids.getAsLong()) : limits;
    }

    private OptionalLong pids() {
        Section pids = service.section("pids");
        OptionalLong max = max(pids, "max", Scalar.integer(1, MOST_PIDS));
        pids.done();
        return max;
    }

    private MemoryLimits memory() {
        Section memory = service.section("memory");
        OptionalLong max = max(memory, "max", Scalar.size(PAGE));
        OptionalLong high = max(memory, "high", Scalar.size(PAGE));
        OptionalLong low =
                memory.get("low", Scalar.size(0)).map(OptionalLong::of).orElse(OptionalLong.empty());
        OptionalLong swap = memory.get("swap", Scalar.size(0).or(UNLIMITED))
                .map(size -> OptionalLong.of(size.orElse(Long.MAX_VALUE)))
                .orElse(OptionalLong.empty());
        Optional<Boolean> oomGroup = memory.get("oom-group", Scalar.bool());
        memory.done();
        if (max.isPresent() && high.isPresent() && high.getAsLong() > max.getAsLong()) {
            memory.conflict(List.of("high", "max"), "high is above max, and so would never matter");
        }
        if (max.isPresent() && low.isPresent() && low.getAsLong() > max.getAsLong()) {
            memory.conflict(List.of("low", "max"), "low is above max: more cannot be kept than can be had");
        }
        return new MemoryLimits(max, high, low, swap, oomGroup);
    }

    private static OptionalLong max(Section section, String key, Scalar<Long> scalar) {
        Optional<Long> max = section.get(key, scalar.or(UNLIMITED), Optional.empty());
        return max.isPresent() ? OptionalLong.of(max.get()) : OptionalLong.empty();
    }

    private Map<String, Long> hugetlb() {
        return amounts("hugetlb", HUGE_PAGE, "is not a size of huge pages such as 2MB or 1GB", Scalar.size(0));
    }

    private Map<String, Long> misc() {
        return amounts("misc", NAME, "is not a name", Scalar.integer(0, Long.MAX_VALUE));
    }

    private Map<String, Long> amounts(String key, Pattern allowed, String otherwise, Scalar<Long> scalar) {
        Section section = service.section(key);
        Map<String, Long> amounts = new HashMap<>();
        for (String name : section.keys()) {
            if (allowed.matcher(name).matches()) {
                Optional<Optional<Long>> amount = section.get(name, scalar.or(UNLIMITED));
                amount.ifPresent(known -> known.ifPresent(value -> amounts.put(name, value)));
            } else if (section.owns(name)) {
                section.problem(name, otherwise);
            }
        }
        return amounts;
    }

    private Map<String, RdmaLimit> rdma() {
        Section section = service.section("rdma");
        Map<String, RdmaLimit> limits = new HashMap<>();
        for (String device : section.keys()) {
            if (!NAME.matcher(device).matches()) {
                section.problem(device, "is not a device's name such as mlx5_0");
                continue;
            }
            Section keys = section.section(device);
            RdmaLimit limit = new RdmaLimit(count(keys, "hca-handle"), count(keys, "hca-object"));
            keys.done();
            if (limit.handles().isPresent() || limit.objects().isPresent()) {
                limits.put(device, limit);
            }
        }
        return limits;
    }

    private static OptionalInt count(Section section, String key) {
        return section.get(key, COUNT).map(n -> OptionalInt.of(n.intValue())).orElse(OptionalInt.empty());
    }

    private NetLimits net() {
        Section net = service.section("net");
        OptionalLong classId =
                net.get("class-id", CLASS_ID).map(OptionalLong::of).orElse(OptionalLong.empty());
        Section priority = net.section("priority");
        Map<String, Integer> priorities = new HashMap<>();
        for (String name : priority.keys()) {
            if (!NAME.matcher(name).matches()) {
                priority.problem(name, "is not an interface's name such as eth0");
            } else {
                priority.get(name, COUNT).ifPresent(value -> priorities.put(name, value.intValue()));
            }
        }
        NetworkLinkReader.KEYS.forEach(net::anything);
        net.done();
        return new NetLimits(classId, priorities);
    }

    private static Long classId(String text) throws Refusal {
        boolean hexadecimal = text.matches("0x[0-9a-fA-F]{1,8}");
        if (!hexadecimal && !text.matches("[0-9]{1,10}")) {
            throw new Refusal("is not a class such as 0x100001, 0xAAAABBBB for AAAA:BBBB");
        }
        long id = hexadecimal ? Long.parseLong(text.substring(2), 16) : Long.parseLong(text);
        if (id < 1 || id > 0xffffffffL) {
            throw new Refusal("is outside 0x1 to 0xffffffff");
        }
        return id;
    }

    private List<DeviceRule> devices() {
        List<DeviceRule> rules = new ArrayList<>();
        for (Section device : service.sections("devices", "{ path = /dev/fuse, access = rwm }")) {
            Optional<String> path = device.get("path", Scalar.matching("a path below /dev", NODE));
            String access = device.get("access", new Scalar<>("some of r, w, m", LimitsReader::access), DeviceRule.ALL);
            device.done();
            if (!device.has("path")) {
                device.problem("path", "is required: a device's node such as /dev/fuse");
            }
            boolean twice = path.isPresent()
                    && rules.stream().anyMatch(rule -> rule.path().equals(path.get()));
            if (twice) {
                device.problem("path", path.orElse("") + " is named twice");
            } else {
                path.ifPresent(p -> rules.add(new DeviceRule(p, access)));
            }
        }
        return rules;
    }

    private static String access(String text) throws Refusal {
        StringBuilder inOrder = new StringBuilder();
        for (int i = 0; i < DeviceRule.ALL.length(); i++) {
            char c = DeviceRule.ALL.charAt(i);
            if (text.indexOf(c) >= 0) {
                inOrder.append(c);
            }
        }
        if (text.isEmpty() || inOrder.length() != text.length()) {
            throw new Refusal("is not some of r, w, m, such as rw");
        }
        return inOrder.toString();
    }
}
