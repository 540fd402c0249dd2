package io.bulkhead.cgroup.v2;

import io.bulkhead.cgroup.fs.Controller;
import io.bulkhead.cgroup.fs.Setting;
import io.bulkhead.cgroup.fs.Value;
import io.bulkhead.spec.Limits;
import io.bulkhead.spec.MemoryLimits;
import java.util.List;
import java.util.OptionalLong;

/**
 * Memory: {@code memory.max}, {@code memory.high}, {@code memory.low}, {@code memory.oom.group} and, where the kernel accounts
 * swap, {@code memory.swap.max}, 0 beside a limit unless it is asked for, so that swap is no way around the limit.
 *
 * <p>The kernel rounds down to a page; a limit of all the pages it can count is none.
 *
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v2.html#memory-interface-files">cgroup v2, memory</a>
 */
public final class Memory implements Controller {
    private static final String NONE = "max";

    private final long pageSize;

    /** @param pageSize the kernel's, in bytes */
    public Memory(long pageSize) {
        this.pageSize = pageSize;
    }

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public List<Setting> settings(Limits limits) {
        MemoryLimits memory = limits.memory();
        OptionalLong none = OptionalLong.empty();
        boolean together = memory.oomGroup().orElse(false);
        return List.of(
                value("memory.max", "memory.max", memory.max(), none),
                memory.swap().isPresent()
                        ? value("memory.swap", "memory.swap.max", memory.swap(), none)
                                .since("swap accounting, by booting with swapaccount=1")
                        : implied(memory.max()),
                value("memory.high", "memory.high", memory.high(), none),
                value("memory.low", "memory.low", memory.low(), OptionalLong.of(0)),
                Value.of(
                        "memory.oom-group",
                        "memory.oom.group",
                        memory.oomGroup().isPresent(),
                        together ? "1" : "0"));
    }

    private Value implied(OptionalLong max) {
        OptionalLong swap = isLimit(max) ? OptionalLong.of(0) : OptionalLong.empty();
        return value("memory.max", "memory.swap.max", swap, OptionalLong.empty())
                .asked(max.isPresent())
                .whereThere();
    }

    private Value value(String key, String file, OptionalLong limit, OptionalLong otherwise) {
        OptionalLong wanted = limit.isPresent() ? limit : otherwise;
        if (!isLimit(wanted)) {
            return Value.of(key, file, limit.isPresent(), NONE);
        }
        long bytes = wanted.getAsLong();
        return Value.of(key, file, limit.isPresent(), Long.toString(bytes))
                .readingBack(Long.toString(bytes / pageSize * pageSize));
    }

    private boolean isLimit(OptionalLong bytes) {
        return bytes.isPresent() && bytes.getAsLong() / pageSize < Long.MAX_VALUE / pageSize;
    }
}
