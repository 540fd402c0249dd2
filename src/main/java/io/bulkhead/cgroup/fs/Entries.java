package io.bulkhead.cgroup.fs;

import io.bulkhead.libc.ErrnoException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A file of lines "name value", of which each write changes one: {@code io.max}, {@code rdma.max}, {@code
 * net_prio.ifpriomap}.
 *
 * @param entries values by name, as the kernel shows them
 * @param otherwise the value, as the kernel shows it, of a name that has no line, and of one that nobody asked for
 */
public record Entries(String key, String file, SortedMap<String, String> entries, String otherwise, String since)
        implements Setting {
    public Entries {
        entries = new TreeMap<>(entries);
    }

    @Override
    public boolean asked() {
        return !entries.isEmpty();
    }

    /** The lines, with commas between. */
    @Override
    public String wanted() {
        StringBuilder text = new StringBuilder();
        entries.forEach((name, value) -> text.append(text.length() > 0 ? ", " : "")
                .append(name)
                .append(' ')
                .append(value));
        return text.toString();
    }

    @Override
    public List<Write> writes(GroupFiles files, boolean thorough) throws ErrnoException {
        Map<String, String> present = present(files.read(file));
        List<Write> writes = new ArrayList<>();
        if (thorough) {
            present.forEach((name, value) -> {
                if (!entries.containsKey(name) && !value.equals(otherwise)) {
                    writes.add(write(name, value, otherwise));
                }
            });
        }
        entries.forEach((name, value) -> {
            String before = present.getOrDefault(name, otherwise);
            if (!before.equals(value)) {
                writes.add(write(name, before, value));
            }
        });
        return writes;
    }

    private Write write(String name, String before, String after) {
        return new FileWrite(file, name + " " + after, name + " " + before, name + " " + after);
    }

    private static Map<String, String> present(String content) {
        Map<String, String> entries = new TreeMap<>();
        for (String line : content.split("\n", -1)) {
            int space = line.indexOf(' ');
            if (space > 0) {
                entries.put(line.substring(0, space), line.substring(space + 1).strip());
            }
        }
        return entries;
    }
}
