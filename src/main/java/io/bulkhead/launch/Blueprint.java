package io.bulkhead.launch;

import io.bulkhead.launch.CallFilters.CallFilter;
import io.bulkhead.spec.Capability;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * All that a container's program is made of: equal ones make equal programs.
 *
 * @param devices whose nodes it gets beyond everybody's
 * @param directories those sources of its mounts that are directories
 * @param entersNetwork whether it moves into a network namespace that is there; if not, it makes one where it is to be private
 * @param privileged whether the daemon is the host's root
 * @param chroot whether to switch the root by chroot(2) instead of pivot_root(2)
 * @param kept the capabilities it keeps
 * @param executable the command's path inside the rootfs
 * @param filter of its system calls; empty: none
 */
record Blueprint(
        LaunchRequest request,
        Account account,
        HostFacts host,
        List<DeviceNode> devices,
        Set<Path> directories,
        boolean entersNetwork,
        boolean privileged,
        boolean chroot,
        Set<Capability> kept,
        String executable,
        Map<String, String> environment,
        Optional<CallFilter> filter) {
    boolean ownUsers() {
        return request.spec().namespaces().user().isPresent();
    }

    /** Whether the daemon has taken hold of the root and of what is bound into it, as late arguments: {@link HeldTrees}. */
    boolean holdsTrees() {
        return ownUsers() && privileged;
    }
}
