package io.bulkhead.cgroup.fs;

import io.bulkhead.libc.ErrnoException;
import java.util.List;

/** A file of v1 that holds what the parent group's holds, as long as nobody asks for something else: an empty one lets nobody in. */
public record Inherited(String key, String file) implements Setting {
    @Override
    public boolean asked() {
        return false;
    }

    @Override
    public String wanted() {
        return "as the parent's";
    }

    @Override
    public List<Write> writes(GroupFiles files, boolean thorough) throws ErrnoException {
        String above = files.read("../" + file).strip();
        String before = files.read(file).strip();
        return before.equals(above) ? List.of() : List.of(new FileWrite(file, above, before, above));
    }
}
