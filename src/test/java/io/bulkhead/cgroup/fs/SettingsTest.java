package io.bulkhead.cgroup.fs;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.libc.ErrnoException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class SettingsTest {
    private static final Setting PERIOD = Value.of("cpu.period", "cpu.cfs_period_us", true, "50000");
    private static final Setting QUOTA = Value.of("cpu.quota", "cpu.cfs_quota_us", true, "10000");

    @Test
    void writesOnlyWhatDiffers() throws ErrnoException {
        FakeFiles files = new FakeFiles(Map.of("cpu.cfs_period_us", "50000", "cpu.cfs_quota_us", "-1"));

        List<Settings.Difference> written = Settings.apply(files, List.of(PERIOD, QUOTA), false);

        assertEquals(List.of(new Setting.FileWrite("cpu.cfs_quota_us", "10000", "-1", "10000")), writes(written));
        assertEquals(List.of("cpu.cfs_quota_us=10000"), files.writes);
    }

    @Test
    void comparesWithWhatTheKernelShowsNotWithWhatIsWritten() throws ErrnoException {
        FakeFiles files = new FakeFiles(Map.of("memory.max", "8192"));

        assertEquals(
                List.of(),
                Settings.differences(
                        files,
                        List.of(Value.of("memory.max", "memory.max", true, "10000")
                                .readingBack("8192")),
                        false));
    }

    @Test
    void writesTheOtherFirstWhereOneIsInvalid() throws ErrnoException {
        FakeFiles files = new FakeFiles(Map.of("cpu.cfs_period_us", "100000", "cpu.cfs_quota_us", "90000")) {
            @Override
            protected int accepts(String file, String content) {
                boolean tooMuch = file.equals("cpu.cfs_period_us")
                        && "90000".equals(contents.get("cpu.cfs_quota_us")); // more than the parent's share
                return tooMuch ? ErrnoException.EINVAL : 0;
            }
        };

        List<Settings.Difference> written = Settings.apply(files, List.of(PERIOD, QUOTA), false);

        assertEquals(
                List.of("cpu.cfs_period_us=50000 refused", "cpu.cfs_quota_us=10000", "cpu.cfs_period_us=50000"),
                files.writes);
        assertEquals(
                List.of(QUOTA, PERIOD),
                written.stream().map(Settings.Difference::setting).toList());
    }

    @Test
    void givesUpWhereNoOrderHelps() {
        FakeFiles files = new FakeFiles(Map.of("cpu.cfs_period_us", "1", "cpu.cfs_quota_us", "1")) {
            @Override
            protected int accepts(String file, String content) {
                return ErrnoException.EINVAL;
            }
        };

        ErrnoException e =
                assertThrows(ErrnoException.class, () -> Settings.apply(files, List.of(PERIOD, QUOTA), false));

        assertEquals("write \"50000\" to cpu.cfs_period_us: EINVAL (Invalid argument)", e.getMessage());
        assertEquals(2, files.writes.size());
    }

    @Test
    void saysWhyALimitBelowUsageIsRefused() {
        FakeFiles files = new FakeFiles(Map.of("memory.limit_in_bytes", "1")) {
            @Override
            protected int accepts(String file, String content) {
                return ErrnoException.EBUSY;
            }
        };

        ErrnoException e = assertThrows(
                ErrnoException.class,
                () -> Settings.apply(
                        files, List.of(Value.of("memory.max", "memory.limit_in_bytes", true, "4096")), false));

        assertEquals(ErrnoException.EBUSY, e.errno());
        assertTrue(String.valueOf(e.getMessage()).contains("the group holds more than that"), e::getMessage);
    }

    private static List<Setting.Write> writes(List<Settings.Difference> differences) {
        return differences.stream().map(Settings.Difference::write).toList();
    }

    @Test
    void asksForAFileThatOnlyNewKernelsHaveOnlyIfItMatters() {
        Value burst = Value.of("cpu.burst", "cpu.max.burst", true, "5").since("Linux 5.14");
        FakeFiles old = new FakeFiles(Map.of());

        assertThrows(ErrnoException.class, () -> Settings.differences(old, List.of(burst), true));
        assertDoesNotThrow(() -> Settings.differences(old, List.of(burst.asked(false)), true));
    }

    @Test
    void entriesAreWrittenOneByOneAndOthersResetOnlyWhenThorough() throws ErrnoException {
        Setting io = new Entries("io.limits", "io.max", new TreeMap<>(Map.of("8:0", "1", "8:16", "2")), "none", "");
        FakeFiles files = new FakeFiles(Map.of("io.max", "8:16 2\n8:32 3\n"));

        assertEquals(List.of(new Setting.FileWrite("io.max", "8:0 1", "8:0 none", "8:0 1")), io.writes(files, false));
        assertEquals(
                List.of(
                        new Setting.FileWrite("io.max", "8:32 none", "8:32 3", "8:32 none"),
                        new Setting.FileWrite("io.max", "8:0 1", "8:0 none", "8:0 1")),
                io.writes(files, true));
    }

    @Test
    void noLimitHasMoreThanOneName() throws ErrnoException {
        Setting none = Value.of("hugetlb", "hugetlb.2MB.max", false, "max");

        assertEquals(List.of(), none.writes(new FakeFiles(Map.of("hugetlb.2MB.max", "9223372036854771712")), true));
        assertEquals(
                1,
                none.writes(new FakeFiles(Map.of("hugetlb.2MB.max", "4194304")), true)
                        .size());
    }

    @Test
    void aWeightMayBeFollowedByThoseOfDevices() throws ErrnoException {
        Setting weight = Value.of("io.weight", "io.weight", true, "default 50");

        assertEquals(List.of(), weight.writes(new FakeFiles(Map.of("io.weight", "default 50\n8:0 200")), true));
        assertEquals(
                1,
                weight.writes(new FakeFiles(Map.of("io.weight", "default 500")), true)
                        .size());
    }

    @Test
    void passesOverAnOptionalFileThatIsMissing() throws ErrnoException {
        FakeFiles files = new FakeFiles(Map.of());

        assertEquals(
                List.of(),
                Settings.apply(
                        files,
                        List.of(Value.of("memory.max", "memory.swap.max", true, "0")
                                .whereThere()),
                        false));
        assertThrows(ErrnoException.class, () -> Settings.apply(files, List.of(PERIOD), false));
    }
}
