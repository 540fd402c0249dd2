package io.bulkhead.launch;

import io.bulkhead.spec.Mount;
import io.bulkhead.spec.ServiceSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * All that one launch needs to know.
 *
 * @param cgroupDirectory the v2 group the process is born in
 * @param cgroupTasksFiles the v1 groups' {@code tasks}, by which it joins them itself
 * @param outputs what standard output and error go to
 * @param streams in place of these two and of standard input
 * @param notifySocket where it tells how it is, if it is to; its mounts must be private then
 * @param devicesControlled whether a devices policy holds in its cgroup; if not, CAP_MKNOD and device nodes in the rootfs
 *     are withheld
 */
public record LaunchRequest(
        ServiceSpec spec,
        Optional<String> cgroupDirectory,
        List<String> cgroupTasksFiles,
        Outputs outputs,
        Optional<Streams> streams,
        Optional<NotifySocket> notifySocket,
        boolean devicesControlled) {
    public LaunchRequest {
        cgroupTasksFiles = List.copyOf(cgroupTasksFiles);
    }

    public LaunchRequest(
            ServiceSpec spec,
            Optional<String> cgroupDirectory,
            List<String> cgroupTasksFiles,
            Outputs outputs,
            boolean devicesControlled) {
        this(spec, cgroupDirectory, cgroupTasksFiles, outputs, Optional.empty(), Optional.empty(), devicesControlled);
    }

    /** As a program is made from it. */
    LaunchRequest inPlaces() {
        return new LaunchRequest(
                spec, cgroupDirectory, cgroupTasksFiles, outputs.places(), streams, notifySocket, devicesControlled);
    }

    /** The descriptors that its program takes. */
    long[] late() {
        return streams.isPresent() ? new long[0] : outputs.late();
    }

    /** What is mounted in its root, in this order. */
    List<Mount> mounts() {
        List<Mount> mounts = new ArrayList<>(spec.view().mounts());
        notifySocket.ifPresent(socket -> mounts.add(socket.mount()));
        return mounts;
    }

    /** Whether it has a terminal of its own. */
    boolean terminal() {
        return streams.map(Streams::terminal).orElse(false);
    }
}
