package io.bulkhead.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;

final class KernelControllersTest {
    private static final KernelControllers KERNEL = KernelControllers.parse(
            "#subsys_name\thierarchy\tnum_cgroups\tenabled\ncpu\t1\t1\t1\nmemory\t0\t1\t0\nblkio\t7\t1\t0\nnet_cls\t0\t1\t1");

    @Test
    void hasNoRemedyForWhatIsThere() {
        assertEquals(Optional.empty(), KERNEL.remedy("cpu"));
        assertEquals(Optional.empty(), KERNEL.remedy("net_cls"));
    }

    @Test
    void namesTheParameterThatTurnsItOn() {
        assertEquals(
                Optional.of("boot with cgroup_enable=memory, without cgroup_disable=memory"), KERNEL.remedy("memory"));
        assertEquals(Optional.of("boot without cgroup_disable=blkio"), KERNEL.remedy("io"));
    }

    @Test
    void namesTheOptionThatBuildsItIn() {
        assertEquals(Optional.of("a kernel with CONFIG_CGROUP_RDMA"), KERNEL.remedy("rdma"));
    }
}
