package io.bulkhead.cgroup.v2;

import io.bulkhead.cgroup.fs.Controller;
import io.bulkhead.cgroup.fs.Rdmas;
import io.bulkhead.cgroup.fs.Setting;
import io.bulkhead.spec.Limits;
import java.util.List;

/**
 * RDMA devices: {@code rdma.max}.
 *
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v2.html#rdma">cgroup v2, RDMA</a>
 */
public final class Rdma implements Controller {
    @Override
    public String name() {
        return "rdma";
    }

    @Override
    public List<Setting> settings(Limits limits) {
        return List.of(Rdmas.max(limits.rdma()));
    }
}
