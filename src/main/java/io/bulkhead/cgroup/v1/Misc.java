package io.bulkhead.cgroup.v1;

import io.bulkhead.cgroup.fs.Controller;
import io.bulkhead.cgroup.fs.Entries;
import io.bulkhead.cgroup.fs.Setting;
import io.bulkhead.spec.Limits;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Scarce things of the hardware, such as keys of encrypted virtual machines: {@code misc.max}.
 *
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v1/misc.html">Misc controller</a>
 */
public final class Misc implements Controller {
    @Override
    public String name() {
        return "misc";
    }

    @Override
    public List<Setting> settings(Limits limits) {
        SortedMap<String, String> wanted = new TreeMap<>();
        limits.misc().forEach((name, value) -> wanted.put(name, Long.toString(value)));
        return List.of(new Entries("misc", "misc.max", wanted, "max", ""));
    }
}
