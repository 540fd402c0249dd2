package io.bulkhead.cgroup.v1;

import io.bulkhead.cgroup.fs.Controller;
import io.bulkhead.cgroup.fs.HugePages;
import io.bulkhead.cgroup.fs.Setting;
import io.bulkhead.cgroup.fs.Value;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.spec.Limits;
import java.util.ArrayList;
import java.util.List;

/**
 * Huge pages: {@code hugetlb.2MB.limit_in_bytes}, those in use, and {@code hugetlb.2MB.rsvd.limit_in_bytes}, those a mapping has
 * set aside: at the first limit the kernel kills, at the second mmap(2) fails. Both are set to the same.
 *
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v1/hugetlb.html">HugeTLB controller</a>
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
            // No limit is the largest number of base pages, rounded to whole huge ones.
            long bytes = asked ? limits.hugetlb().getOrDefault(size, 0L) : Long.MAX_VALUE / sizes.base() * sizes.base();
            String readBack = Long.toString(bytes / HugePages.bytes(size) * HugePages.bytes(size));
            String content = asked ? Long.toString(bytes) : "-1";
            settings.add(Value.of("hugetlb", "hugetlb." + size + ".limit_in_bytes", asked, content)
                    .readingBack(readBack));
            settings.add(Value.of("hugetlb", "hugetlb." + size + ".rsvd.limit_in_bytes", asked, content)
                    .readingBack(readBack)
                    .whereThere());
        }
        return settings;
    }
}
