package io.bulkhead.cgroup.fs;

import io.bulkhead.libc.ErrnoException;
import java.util.List;

/** What one file of a group, or its program, is to hold. */
public interface Setting {
    /** The key of the specification it comes from: {@code cpu.quota}. */
    String key();

    /** The kernel's name: {@code cpu.cfs_quota_us}. */
    String file();

    /** What the file is to hold, as the kernel will show it. */
    String wanted();

    /** Whether the limits say something about it; else it is the kernel's default, and of interest only after it was not. */
    boolean asked();

    /** What a host that lacks the file lacks, where a host may: {@code Linux 5.14}; empty: every host with the controller has it. */
    default String since() {
        return "";
    }

    /** Whether a host that lacks the file can do without: whoever asked, asked for something else. */
    default boolean dispensable() {
        return false;
    }

    /**
     * What must be written so that it holds; nothing where it does.
     *
     * @param thorough whether things that the limits don't name are put back to the kernel's default, too
     */
    List<Write> writes(GroupFiles files, boolean thorough) throws ErrnoException;

    /** A change of one thing. */
    interface Write {
        /** As the kernel shows it now. */
        String before();

        /** As the kernel will show it: it rounds and clamps, so this may differ from what is written. */
        String after();

        void to(GroupFiles files) throws ErrnoException;
    }

    /** A write to a file. */
    record FileWrite(String file, String content, String before, String after) implements Write {
        @Override
        public void to(GroupFiles files) throws ErrnoException {
            files.write(file, content);
        }
    }
}
