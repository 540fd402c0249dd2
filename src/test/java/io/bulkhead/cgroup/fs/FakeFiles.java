package io.bulkhead.cgroup.fs;

import io.bulkhead.libc.ErrnoException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A group's files in memory, which accept a write as {@link #accepts} says and record every one that was tried. */
public class FakeFiles implements GroupFiles {
    public final Map<String, String> contents = new HashMap<>();
    public final List<String> writes = new ArrayList<>();

    public FakeFiles(Map<String, String> contents) {
        this.contents.putAll(contents);
    }

    /** 0, or the errno with which a write is refused. */
    protected int accepts(String file, String content) {
        return 0;
    }

    @Override
    public Path directory() {
        return Path.of("/fake");
    }

    @Override
    public boolean has(String file) {
        return contents.containsKey(file);
    }

    @Override
    public String read(String file) throws ErrnoException {
        String content = contents.get(file);
        if (content == null) {
            throw new ErrnoException("open " + file, ErrnoException.ENOENT);
        }
        return content;
    }

    @Override
    public void write(String file, String content) throws ErrnoException {
        int errno = accepts(file, content);
        writes.add(file + "=" + content + (errno == 0 ? "" : " refused"));
        if (errno != 0) {
            throw new ErrnoException("write \"" + content + "\" to " + file, errno);
        }
        contents.put(file, shown(file, content));
    }

    /** What the file shows after a write. */
    protected String shown(String file, String content) {
        return content;
    }
}
