package io.bulkhead.cgroup.v2;

import io.bulkhead.cgroup.fs.Controller;
import io.bulkhead.cgroup.fs.HugePages;
import io.bulkhead.cgroup.fs.Setting;
import io.bulkhead.cgroup.fs.Value;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.spec.Limits;
import java.util.ArrayList;
import java.util.List;

/**
 * Huge pages: {@code hugetlb.2MB.max}, those in use, and {@code hugetlb.2MB.rsvd.max}, those a mapping has set aside: at the first
 * limit the kernel kills, at the second mmap(2) fails. Both are set to the same.
 *
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v2.html#hugetlb">cgroup v2, HugeTLB</a>
 */
public final class Hugetlb implements Controller {
    private final HugePages sizes;

    public Hugetlb(HugePages sizes) {
        this.sizes = sizes;
    }

    @Override
    public String name() {
        return "hugetlb";
    }

    @Override
    public List<Setting> settings(Limits limits) throws ErrnoException {
        sizes.require(limits.hugetlb().keySet());
        List<Setting> settings = new ArrayList<>();
        for (String size : sizes.sizes()) {
            boolean asked = limits.hugetlb().containsKey(size);
            long bytes = limits.hugetlb().getOrDefault(size, 0L);
            String content = asked ? Long.toString(bytes) : "max";
            String readBack = asked ? Long.toString(bytes / HugePages.bytes(size) * HugePages.bytes(size)) : "max";
            settings.add(Value.of("hugetlb", "hugetlb." + size + ".max", asked, content)
                    .readingBack(readBack));
            settings.add(Value.of("hugetlb", "hugetlb." + size + ".rsvd.max", asked, content)
                    .readingBack(readBack)
                    .whereThere());
        }
        return settings;
    }
}
