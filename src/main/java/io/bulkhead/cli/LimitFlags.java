package io.bulkhead.cli;

import io.bulkhead.cli.ControlClient.ControlException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What {@code docker run} says of how much a command may use. */
final class LimitFlags {
    private static final String UNLIMITED = "unlimited";

    @Option(names = "--cpu-period", paramLabel = "MICROSECONDS", description = "Of CPU time; 100000 unless it says.")
    @Nullable
    Long cpuPeriod;

    @Option(names = "--cpu-quota", paramLabel = "MICROSECONDS", description = "In every period; -1: no limit.")
    @Nullable
    Long cpuQuota;

    @Option(names = "--cpus", paramLabel = "NUMBER", description = "Of CPUs, in place of a quota: 1.5.")
    @Nullable
    String cpus;

    @Option(names = "--cpu-shares", paramLabel = "SHARES", description = "2 to 262144, 1024 being everybody's.")
    @Nullable
    Long cpuShares;

    @Option(names = "--cpuset-cpus", paramLabel = "CPUS", description = "On which it may run: 0-3,7.")
    @Nullable
    String cpusetCpus;

    @Option(names = "--cpuset-mems", paramLabel = "NODES", description = "Whose memory it may have: 0-1.")
    @Nullable
    String cpusetMems;

    @Option(
            names = {"-m", "--memory"},
            paramLabel = "SIZE",
            description = "The most it may have: 512m.")
    @Nullable
    String memory;

    @Option(
            names = "--memory-swap",
            paramLabel = "SIZE",
            description = "Memory and swap together; -1: no limit. Without it there is no swap beside --memory.")
    @Nullable
    String memorySwap;

    @Option(
            names = "--memory-reservation",
            paramLabel = "SIZE",
            description = "What is left to it while others have more.")
    @Nullable
    String memoryReservation;

    @Option(names = "--oom-score-adj", paramLabel = "NUMBER", description = "-1000 to 1000.")
    @Nullable
    Integer oomScoreAdj;

    @Option(names = "--pids-limit", paramLabel = "NUMBER", description = "Of processes and threads; -1: no limit.")
    @Nullable
    Long pidsLimit;

    @Option(names = "--blkio-weight", paramLabel = "WEIGHT", description = "10 to 1000: its share of a busy disk.")
    @Nullable
    Integer blkioWeight;

    @Option(names = "--device-read-bps", paramLabel = "DEVICE:RATE", description = "Bytes a second: /dev/sda:1mb.")
    @Nullable
    List<String> readBps;

    @Option(names = "--device-write-bps", paramLabel = "DEVICE:RATE", description = "Bytes a second.")
    @Nullable
    List<String> writeBps;

    @Option(names = "--device-read-iops", paramLabel = "DEVICE:RATE", description = "Operations a second.")
    @Nullable
    List<String> readIops;

    @Option(names = "--device-write-iops", paramLabel = "DEVICE:RATE", description = "Operations a second.")
    @Nullable
    List<String> writeIops;

    @Option(
            names = "--ulimit",
            paramLabel = "NAME=SOFT[:HARD]",
            description = "A limit of each process: nofile=1024:2048; -1: none.")
    @Nullable
    List<String> ulimits;

    void draw(ServiceDraft draft) throws ControlException {
        cpu(draft);
        memory(draft);
        if (pidsLimit != null) {
            draft.put("--pids-limit", "pids.max", pidsLimit <= 0 ? UNLIMITED : pidsLimit);
        }
        if (blkioWeight != null) {
            draft.put("--blkio-weight", "io.weight", DockerUnits.ioWeight("--blkio-weight", blkioWeight));
        }
        Map<String, Map<String, Object>> disks = new LinkedHashMap<>();
        disks("--device-read-bps", readBps, "read-bps", disks);
        disks("--device-write-bps", writeBps, "write-bps", disks);
        disks("--device-read-iops", readIops, "read-iops", disks);
        disks("--device-write-iops", writeIops, "write-iops", disks);
        disks.values().forEach(disk -> draft.add("--device-...", "io.limits", disk));
        for (String ulimit : MountFlags.or(ulimits)) {
            ulimit(ulimit, draft);
        }
    }

    private void cpu(ServiceDraft draft) throws ControlException {
        if (cpuPeriod != null) {
            draft.put("--cpu-period", "cpu.period", cpuPeriod + " us");
        }
        if (cpuQuota != null) {
            draft.put("--cpu-quota", "cpu.quota", cpuQuota <= 0 ? UNLIMITED : cpuQuota + " us");
        }
        if (cpus != null) {
            draft.put("--cpus", "cpu.limit", cpus);
        }
        if (cpuShares != null) {
            draft.put("--cpu-shares", "cpu.weight", DockerUnits.weight("--cpu-shares", cpuShares));
        }
        if (cpusetCpus != null) {
            draft.put("--cpuset-cpus", "cpu.cpus", cpusetCpus);
        }
        if (cpusetMems != null) {
            draft.put("--cpuset-mems", "cpu.mems", cpusetMems);
        }
    }

    private void memory(ServiceDraft draft) throws ControlException {
        if (memory != null) {
            draft.put("--memory", "memory.max", DockerUnits.size("--memory", memory));
        }
        if (memoryReservation != null) {
            draft.put(
                    "--memory-reservation", "memory.low", DockerUnits.size("--memory-reservation", memoryReservation));
        }
        if (oomScoreAdj != null) {
            draft.put("--oom-score-adj", "oom-score-adjust", oomScoreAdj);
        }
        if (memorySwap == null) {
            return;
        }
        if (memory == null) {
            throw new ControlException("--memory-swap needs --memory: it is both together", ExitCodes.OURS);
        }
        if (memorySwap.equals("-1")) {
            draft.put("--memory-swap", "memory.swap", UNLIMITED);
            return;
        }
        long swap = DockerUnits.bytes("--memory-swap", memorySwap) - DockerUnits.bytes("--memory", memory);
        if (swap < 0) {
            throw new ControlException("--memory-swap is below --memory: it is both together", ExitCodes.OURS);
        }
        draft.put("--memory-swap", "memory.swap", swap + " B");
    }

    private static void disks(
            String option, @Nullable List<String> rates, String key, Map<String, Map<String, Object>> disks)
            throws ControlException {
        for (String text : MountFlags.or(rates)) {
            int colon = text.lastIndexOf(':');
            if (colon < 1) {
                throw DockerUnits.wrong(option, text, "DEVICE:RATE such as /dev/sda:1mb");
            }
            String rate = text.substring(colon + 1);
            Map<String, Object> disk = disks.computeIfAbsent(text.substring(0, colon), d -> new LinkedHashMap<>());
            disk.put("device", text.substring(0, colon));
            disk.put(key, key.endsWith("bps") ? DockerUnits.size(option, rate) : rate);
        }
    }

    private static void ulimit(String text, ServiceDraft draft) throws ControlException {
        int equals = text.indexOf('=');
        if (equals < 1) {
            throw DockerUnits.wrong("--ulimit", text, "NAME=SOFT or NAME=SOFT:HARD");
        }
        String[] bounds = text.substring(equals + 1).split(":", -1);
        Object soft = bound(bounds[0]);
        Object hard = bounds.length > 1 ? bound(bounds[1]) : soft;
        draft.put("--ulimit", "rlimits." + text.substring(0, equals), Map.of("soft", soft, "hard", hard));
    }

    private static String bound(String text) {
        return text.equals("-1") ? UNLIMITED : text;
    }
}
