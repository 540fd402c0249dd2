package io.bulkhead.cgroup.v2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.bulkhead.cgroup.fs.FakeFiles;
import io.bulkhead.cgroup.fs.Setting;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.spec.Limits;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class CpusetTest {
    private static final String CPUS = "cpuset.cpus";
    private static final String ABOVE = "../cpuset.cpus.effective";

    /** Linux 6.1: a set that has processes can't be emptied. */
    private static FakeFiles files(String cpus, String above, int emptied) {
        return new FakeFiles(Map.of(CPUS, cpus, ABOVE, above)) {
            @Override
            protected int accepts(String file, String content) {
                return content.isBlank() ? emptied : 0;
            }
        };
    }

    private static List<Setting.Write> writes(FakeFiles files) throws ErrnoException {
        Setting cpus = new Cpuset().settings(Limits.NONE).get(0);
        return cpus.writes(files, true);
    }

    @Test
    void isEmptiedWhereNothingIsAsked() throws ErrnoException {
        FakeFiles files = files("1\n", "0-1\n", 0);

        writes(files).get(0).to(files);

        assertEquals(List.of("cpuset.cpus=\n"), files.writes);
    }

    @Test
    void getsTheParentsWhereItCannotBeEmptied() throws ErrnoException {
        FakeFiles files = files("1\n", "0-1\n", ErrnoException.ENOSPC);

        writes(files).get(0).to(files);

        assertEquals(List.of("cpuset.cpus=\n refused", "cpuset.cpus=0-1"), files.writes);
        assertEquals(List.of(), writes(files));
    }

    @Test
    void otherRefusalsAreTold() throws ErrnoException {
        FakeFiles files = files("1\n", "0-1\n", ErrnoException.EACCES);
        Setting.Write write = writes(files).get(0);

        assertThrows(ErrnoException.class, () -> write.to(files));
    }
}
