package io.bulkhead.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bulkhead.cgroup.fs.ParentGroup;
import io.bulkhead.cgroup.v1.Counting;
import io.bulkhead.cgroup.v1.LegacyHierarchy;
import io.bulkhead.cgroup.v2.UnifiedHierarchy;
import io.bulkhead.libc.Linux;
import io.bulkhead.status.Usage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The kernel's files as they look in each version. */
final class UsageReaderTest {
    private static final OptionalLong NONE = OptionalLong.empty();

    private final Linux linux = Linux.get();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path mounts;

    private void file(String path, String content) throws IOException {
        Path file = mounts.resolve(path);
        Files.createDirectories(file.resolveSibling(""));
        Files.writeString(file, content);
    }

    private ParentGroup parent(String mount) {
        return new ParentGroup(linux, mounts.resolve(mount), mounts.resolve(mount));
    }

    private Optional<UnifiedHierarchy> unified() {
        return Optional.of(new UnifiedHierarchy(linux, parent("v2"), List.of()));
    }

    private LegacyHierarchy legacy(String controller) {
        return new LegacyHierarchy(linux, parent(controller), List.of(new Counting(controller)), false);
    }

    private static void assertUsage(Usage expected, Usage usage) {
        assertEquals(
                new Usage(
                        usage.clockMicros(),
                        expected.cpuMicros(),
                        expected.quotaMicros(),
                        expected.periodMicros(),
                        expected.periodsThrottled(),
                        expected.memory(),
                        expected.memoryMax(),
                        expected.tasks(),
                        expected.tasksMax(),
                        expected.bytesRead(),
                        expected.bytesWritten()),
                usage);
    }

    private static OptionalLong of(long number) {
        return OptionalLong.of(number);
    }

    @Test
    void readsV2() throws IOException {
        file("v2/web/cpu.stat", "usage_usec 1500\nuser_usec 1000\nnr_periods 9\nnr_throttled 4\nthrottled_usec 77\n");
        file("v2/web/cpu.max", "20000 100000\n");
        file("v2/web/memory.current", "4096\n");
        file("v2/web/memory.max", "max\n");
        file("v2/web/pids.current", "3\n");
        file("v2/web/pids.max", "512\n");
        file(
                "v2/web/io.stat",
                "8:0 rbytes=10 wbytes=20 rios=1 wios=2 dbytes=5 dios=6\n8:16 rbytes=1 wbytes=2 rios=9 wios=9\n");

        Usage usage = new UsageReader(unified(), List.of()).read("web");

        assertUsage(
                new Usage(0, of(1500), of(20_000), of(100_000), of(4), of(4096), NONE, of(3), of(512), of(11), of(22)),
                usage);
    }

    @Test
    void readsV1() throws IOException {
        file("cpu/web/cpu.stat", "nr_periods 9\nnr_throttled 4\nthrottled_time 77000\n");
        file("cpu/web/cpu.cfs_quota_us", "20000\n");
        file("cpu/web/cpu.cfs_period_us", "100000\n");
        file("cpuacct/web/cpuacct.usage", "1500999\n");
        file("memory/web/memory.usage_in_bytes", "4096\n");
        file("memory/web/memory.limit_in_bytes", "9223372036854771712\n");
        file("pids/web/pids.current", "3\n");
        file("pids/web/pids.max", "max\n");
        file(
                "blkio/web/blkio.throttle.io_service_bytes",
                "8:0 Read 10\n8:0 Write 20\n8:0 Sync 30\n8:0 Total 30\n8:16 Read 1\n8:16 Write 2\nTotal 33\n");
        List<LegacyHierarchy> legacy =
                List.of(legacy("cpu"), legacy("cpuacct"), legacy("memory"), legacy("pids"), legacy("blkio"));

        Usage usage = new UsageReader(Optional.empty(), legacy).read("web");

        assertUsage(
                new Usage(0, of(1500), of(20_000), of(100_000), of(4), of(4096), NONE, of(3), NONE, of(11), of(22)),
                usage);
    }

    @Test
    void whatAHostDoesNotCountIsEmpty() throws IOException {
        file("v2/web/cpu.stat", "usage_usec 1500\n");

        Usage usage = new UsageReader(unified(), List.of()).read("web");

        assertUsage(new Usage(0, of(1500), NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE), usage);
    }

    @Test
    void aGroupThatIsNotThereUsesNothingKnown() throws IOException {
        file("v2/web/cpu.stat", "usage_usec 1500\n");

        assertUsage(Usage.unknown(), new UsageReader(unified(), List.of()).read("other"));
    }
}
