package io.bulkhead.cgroup.v1;

import io.bulkhead.cgroup.fs.Controller;
import io.bulkhead.cgroup.fs.GroupFiles;
import io.bulkhead.cgroup.fs.Setting;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.spec.Limits;
import java.util.List;
import java.util.Optional;

/**
 * Memory: {@code memory.limit_in_bytes} and, where the kernel accounts swap, {@code memory.memsw.limit_in_bytes}, the limit of
 * memory and swap together, set to the same so that swap is no way around the limit.
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
    public Optional<String> demand(Limits limits) {
        return limits.memoryMaxBytes().isPresent() ? Optional.of("memory.max") : Optional.empty();
    }

    @Override
    public List<Setting> settings(Limits limits) {
        // No limit is the largest number of pages, and reads back as that.
        long bytes = limits.memoryMaxBytes().orElse(Long.MAX_VALUE);
        String content = limits.memoryMaxBytes().isPresent() ? Long.toString(bytes) : "-1";
        String readBack = Long.toString(bytes / pageSize * pageSize);
        return List.of(
                new Setting("memory.max", "memory.limit_in_bytes", content, readBack, false),
                new Setting("memory.max", "memory.memsw.limit_in_bytes", content, readBack, true));
    }

    /** Makes groups that the service creates count within its limit; kernels from 5.11 on know no other way. */
    @Override
    public void prepare(GroupFiles files) throws ErrnoException {
        if (files.has(USE_HIERARCHY) && files.read(USE_HIERARCHY).equals("0")) {
            files.write(USE_HIERARCHY, "1");
        }
    }
}
