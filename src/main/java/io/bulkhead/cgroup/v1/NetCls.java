package io.bulkhead.cgroup.v1;

import io.bulkhead.cgroup.fs.Controller;
import io.bulkhead.cgroup.fs.Setting;
import io.bulkhead.cgroup.fs.Value;
import io.bulkhead.spec.Limits;
import java.util.List;

/**
 * The class of a group's packets, as tc(8) and iptables(8) know it: {@code net_cls.classid}, 0 being none.
 *
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v1/net_cls.html">Network classifier cgroup</a>
 */
public final class NetCls implements Controller {
    @Override
    public String name() {
        return "net_cls";
    }

    @Override
    public List<Setting> settings(Limits limits) {
        String id = Long.toString(limits.net().classId().orElse(0));
        return List.of(Value.of(
                "net.class-id", "net_cls.classid", limits.net().classId().isPresent(), id));
    }
}
