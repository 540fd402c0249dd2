package io.bulkhead.launch;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.libc.MountTrees;
import io.bulkhead.spec.Mount;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The root and the bound mounts of a service in a user namespace, taken hold of by the daemon: what its process will be may not
 * even see them, and only the host's root can map owners.
 */
final class HeldTrees implements AutoCloseable {
    private final Linux linux;
    private final MountTrees trees;
    private final OptionalInt owners;
    private final List<Integer> held = new ArrayList<>();

    /** @param owners the user namespace that says whose the files are; empty: they are whose they are on the host */
    HeldTrees(Linux linux, OptionalInt owners) {
        this.linux = linux;
        this.trees = linux.mountTrees();
        this.owners = owners;
    }

    /**
     * Opens them; device nodes in them may be used where there is a policy for that, as far as a mount doesn't forbid it.
     */
    void open(LaunchRequest request) throws ErrnoException, LaunchException {
        int nodev = request.devicesControlled() ? 0 : MountTrees.NODEV;
        hold(request.spec().rootfs().toString(), true, nodev, MountTrees.PRIVATE, owners);
        Optional<Path> notify = request.notifySocket().map(NotifySocket::directory);
        for (Mount mount : request.mounts()) {
            if (mount instanceof Mount.Bind bind) {
                int attributes = ServiceMounts.attributes(bind.flags()) | nodev;
                int propagation = bind.follows() ? MountTrees.SLAVE : MountTrees.PRIVATE;
                // Its socket is the daemon's, and is to stay one that anybody may send to.
                boolean ours = notify.filter(bind.source()::equals).isPresent();
                OptionalInt mapped = ours ? OptionalInt.empty() : owners;
                hold(bind.source().toString(), bind.recursive(), attributes, propagation, mapped);
            }
        }
    }

    private void hold(String path, boolean recursive, int attributes, int propagation, OptionalInt mapped)
            throws ErrnoException, LaunchException {
        int tree = trees.open(path, recursive);
        try {
            trees.set(tree, path, attributes, propagation);
            if (mapped.isPresent()) {
                mapOwners(tree, path, mapped.getAsInt());
            }
            held.add(linux.duplicate(tree, least()));
        } finally {
            linux.close(tree);
        }
    }

    private void mapOwners(int tree, String path, int users) throws LaunchException {
        try {
            trees.mapOwners(tree, path, users);
        } catch (ErrnoException e) {
            throw new LaunchException(
                    e.getMessage() + "; where its file system can't map owners, a rootfs on ext4, xfs or"
                            + " btrfs, or user-namespace.idmap = false and files of the outside numbers (chown)");
        }
    }

    /** Above all numbers that the child gives to what it is handed. */
    private int least() {
        return 64 + held.size();
    }

    /** The descriptors in the order of opening. */
    long[] late() {
        return held.stream().mapToLong(Integer::longValue).toArray();
    }

    @Override
    public void close() {
        held.forEach(linux::close);
    }
}
