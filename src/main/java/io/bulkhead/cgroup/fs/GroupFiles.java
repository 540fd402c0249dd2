package io.bulkhead.cgroup.fs;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import java.nio.file.Path;

/** The kernel's files in one group's directory, by name. */
public interface GroupFiles {
    /** The group's directory. */
    Path directory();

    boolean has(String file);

    /** The content without its last newline. */
    String read(String file) throws ErrnoException;

    /** Writes all of {@code content} at once. */
    void write(String file, String content) throws ErrnoException;

    /** The files of the group whose directory is {@code directory}. */
    static GroupFiles in(Linux linux, Path directory) {
        return new GroupFiles() {
            @Override
            public Path directory() {
                return directory;
            }

            @Override
            public boolean has(String file) {
                return linux.exists(path(file));
            }

            @Override
            public String read(String file) throws ErrnoException {
                return linux.readFile(path(file));
            }

            @Override
            public void write(String file, String content) throws ErrnoException {
                linux.writeFile(path(file), content);
            }

            private String path(String file) {
                return directory + "/" + file;
            }
        };
    }
}
