package io.bulkhead.cgroup.fs;

import java.util.OptionalLong;

/** Kernel files of lines "key number": {@code cgroup.events}, {@code memory.events}, {@code cpu.stat}. */
public final class FlatKeyed {
    private FlatKeyed() {}

    /** The number behind {@code key}; empty where there is none. */
    public static OptionalLong value(String text, String key) {
        return text.lines()
                .filter(line -> line.startsWith(key + " "))
                .mapToLong(
                        line -> Long.parseLong(line.substring(key.length() + 1).trim()))
                .findFirst();
    }
}
