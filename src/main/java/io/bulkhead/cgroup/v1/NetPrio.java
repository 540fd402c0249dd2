package io.bulkhead.cgroup.v1;

import io.bulkhead.cgroup.fs.Controller;
import io.bulkhead.cgroup.fs.Entries;
import io.bulkhead.cgroup.fs.Setting;
import io.bulkhead.spec.Limits;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The priority of a group's packets, by interface: {@code net_prio.ifpriomap}, which has a line for each there is.
 *
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v1/net_prio.html">Network priority cgroup</a>
 */
public final class NetPrio implements Controller {
    @Override
    public String name() {
        return "net_prio";
    }

    @Override
    public List<Setting> settings(Limits limits) {
        SortedMap<String, String> wanted = new TreeMap<>();
        limits.net().priorities().forEach((name, value) -> wanted.put(name, Integer.toString(value)));
        return List.of(new Entries("net.priority", "net_prio.ifpriomap", wanted, "0", ""));
    }
}
