package io.bulkhead.cgroup.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.libc.ErrnoException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class SettingsTest {
    private static final Setting PERIOD = Setting.of("cpu.period", "cpu.cfs_period_us", "50000");
    private static final Setting QUOTA = Setting.of("cpu.quota", "cpu.cfs_quota_us", "10000");

    @Test
    void writesOnlyWhatDiffers() throws ErrnoException {
        FakeFiles files = new FakeFiles(Map.of("cpu.cfs_period_us", "50000", "cpu.cfs_quota_us", "-1"));

        List<Settings.Difference> written = Settings.apply(files, List.of(PERIOD, QUOTA));

        assertEquals(List.of(new Settings.Difference(QUOTA, "-1")), written);
        assertEquals(List.of("cpu.cfs_quota_us=10000"), files.writes);
    }

    @Test
    void comparesWithWhatTheKernelShowsNotWithWhatIsWritten() throws ErrnoException {
        FakeFiles files = new FakeFiles(Map.of("memory.max", "8192"));

        assertEquals(
                List.of(),
                Settings.differences(files, List.of(new Setting("memory.max", "memory.max", "10000", "8192", false))));
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

        List<Settings.Difference> written = Settings.apply(files, List.of(PERIOD, QUOTA));

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

        ErrnoException e = assertThrows(ErrnoException.class, () -> Settings.apply(files, List.of(PERIOD, QUOTA)));

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
                () -> Settings.apply(files, List.of(Setting.of("memory.max", "memory.limit_in_bytes", "4096"))));

        assertEquals(ErrnoException.EBUSY, e.errno());
        assertTrue(String.valueOf(e.getMessage()).contains("the group holds more than that"), e::getMessage);
    }

    @Test
    void passesOverAnOptionalFileThatIsMissing() throws ErrnoException {
        FakeFiles files = new FakeFiles(Map.of());

        assertEquals(
                List.of(),
                Settings.apply(files, List.of(new Setting("memory.max", "memory.swap.max", "0", "0", true))));
        assertThrows(ErrnoException.class, () -> Settings.apply(files, List.of(PERIOD)));
    }
}
