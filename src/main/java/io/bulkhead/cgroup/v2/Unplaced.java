package io.bulkhead.cgroup.v2;

import io.bulkhead.cgroup.fs.GroupFiles;
import io.bulkhead.cgroup.fs.Setting;
import io.bulkhead.libc.ErrnoException;
import java.util.List;

/**
 * A file of cpuset's that nobody asks anything of: empty, or, where the kernel lets none be emptied that has processes (before
 * Linux 6.3: ENOSPC), with all that the parent has.
 */
record Unplaced(String key, String file) implements Setting {
    @Override
    public boolean asked() {
        return false;
    }

    @Override
    public String wanted() {
        return "";
    }

    @Override
    public List<Write> writes(GroupFiles files, boolean thorough) throws ErrnoException {
        String before = files.read(file).strip();
        String above = files.has(above()) ? files.read(above()).strip() : "";
        return before.isEmpty() || before.equals(above) ? List.of() : List.of(new Emptying(file, before, above));
    }

    private String above() {
        return "../" + file + ".effective";
    }

    private record Emptying(String file, String before, String above) implements Write {
        @Override
        public String after() {
            return "";
        }

        @Override
        public void to(GroupFiles files) throws ErrnoException {
            try {
                files.write(file, "\n"); // a write of nothing at all is no write; the kernel strips the newline
            } catch (ErrnoException e) {
                if (e.errno() != ErrnoException.ENOSPC || above.isEmpty()) {
                    throw e;
                }
                files.write(file, above);
            }
        }
    }
}
