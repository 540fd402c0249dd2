package io.bulkhead.cgroup.v1;

import io.bulkhead.cgroup.fs.Controller;
import io.bulkhead.cgroup.fs.GroupFiles;
import io.bulkhead.cgroup.fs.Setting;
import io.bulkhead.cgroup.fs.Value;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.spec.Limits;
import io.bulkhead.spec.MemoryLimits;
import java.util.List;
import java.util.OptionalLong;

/**
 * Memory: {@code memory.limit_in_bytes}; where the kernel accounts swap {@code memory.memsw.limit_in_bytes}, the limit of
 * memory and swap together, set to the same unless swap is asked for; and {@code memory.soft_limit_in_bytes} for what is to be
 * left to the group.
 *
 * <p>The first may never exceed the second: growing, the second is written first; shrinking, the other way round. The
 * kernel rounds down to a page. {@code memory.failcnt} stays 0 while both are equal; {@code memory.oom_control} counts.
 *
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v1/memory.html">Memory resource controller</a>
 */
public final class Memory implements Controller {
    private static final String USE_HIERARCHY = "memory.use_hierarchy";

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
        return List.of(
                value("memory.max", "memory.limit_in_bytes", memory.max()),
                both(memory),
                value("memory.low", "memory.soft_limit_in_bytes", memory.low()).whereThere());
    }

    private Setting both(MemoryLimits memory) {
        String file = "memory.memsw.limit_in_bytes";
        if (memory.swap().isEmpty() || memory.max().isEmpty()) {
            return value("memory.max", file, memory.max()).whereThere();
        }
        long max = memory.max().getAsLong();
        long swap = memory.swap().getAsLong();
        long sum = swap > Long.MAX_VALUE - max ? Long.MAX_VALUE : max + swap;
        return value("memory.swap", file, sum == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(sum))
                .asked(true)
                .since("swap accounting, by booting with swapaccount=1");
    }

    private Value value(String key, String file, OptionalLong limit) {
        // No limit is the largest number of pages, and reads back as that.
        long bytes = limit.orElse(Long.MAX_VALUE);
        String content = limit.isPresent() ? Long.toString(bytes) : "-1";
        return Value.of(key, file, limit.isPresent(), content).readingBack(Long.toString(bytes / pageSize * pageSize));
    }

    /** Makes groups that the service creates count within its limit; kernels from 5.11 on know no other way. */
    @Override
    public void prepare(GroupFiles files) throws ErrnoException {
        if (files.has(USE_HIERARCHY) && files.read(USE_HIERARCHY).equals("0")) {
            files.write(USE_HIERARCHY, "1");
        }
    }
}
