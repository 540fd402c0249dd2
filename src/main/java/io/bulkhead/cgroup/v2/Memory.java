package io.bulkhead.cgroup.v2;

import io.bulkhead.cgroup.fs.Controller;
import io.bulkhead.cgroup.fs.Setting;
import io.bulkhead.spec.Limits;
import java.util.List;
import java.util.Optional;

/**
 * Memory: {@code memory.max} and, where the kernel accounts swap, {@code memory.swap.max}, 0 beside a limit so that swap is no
 * way around it.
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
    public Optional<String> demand(Limits limits) {
        return limits.memoryMaxBytes().isPresent() ? Optional.of("memory.max") : Optional.empty();
    }

    @Override
    public List<Setting> settings(Limits limits) {
        long pages = limits.memoryMaxBytes().orElse(Long.MAX_VALUE) / pageSize;
        boolean limited = pages < Long.MAX_VALUE / pageSize;
        String readBack = limited ? Long.toString(pages * pageSize) : NONE;
        return List.of(
                new Setting(
                        "memory.max",
                        "memory.max",
                        limited ? Long.toString(limits.memoryMaxBytes().orElseThrow()) : NONE,
                        readBack,
                        false),
                swap(limited ? "0" : NONE));
    }

    private static Setting swap(String content) {
        return new Setting("memory.max", "memory.swap.max", content, content, true);
    }
}
