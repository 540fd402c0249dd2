package io.bulkhead.launch;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.spec.NetworkLink;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.spec.UserNamespace;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** What one launch of a service with users of its own takes beyond other launches. */
final class OwnUsers implements AutoCloseable {
    private final Linux linux;
    private final Blueprint blueprint;
    private final long[] outputs;
    private final UserNamespace user;
    private final SpareNetwork networks;
    private final ParentSide parent;
    private final HeldTrees trees;

    private OwnUsers(
            Linux linux,
            Blueprint blueprint,
            long[] outputs,
            UserNamespace user,
            SpareNetwork networks,
            OptionalInt owners)
            throws ErrnoException {
        this.linux = linux;
        this.blueprint = blueprint;
        this.outputs = outputs.clone();
        this.user = user;
        this.networks = networks;
        this.parent = new ParentSide(linux, this::setUp);
        this.trees = new HeldTrees(linux, owners);
    }

    /**
     * Takes hold of it all; the service has users of its own.
     *
     * @param outputs descriptors of the pipes that its output goes to
     */
    static OwnUsers prepare(
            Linux linux, Blueprint blueprint, long[] outputs, SpareNetwork networks, OwnerNamespaces owners)
            throws ErrnoException, LaunchException {
        ServiceSpec spec = blueprint.request().spec();
        UserNamespace user = spec.namespaces().user().orElseThrow();
        boolean maps = blueprint.privileged() && user.idmap();
        OptionalInt files = maps ? OptionalInt.of(owners.of(user)) : OptionalInt.empty();
        OwnUsers users = new OwnUsers(linux, blueprint, outputs, user, networks, files);
        boolean done = false;
        try {
            users.checkAccount();
            if (blueprint.privileged()) {
                users.handOverOutput();
                users.trees.open(blueprint.request());
            }
            done = true;
            return users;
        } finally {
            if (!done) {
                users.close();
            }
        }
    }

    private void checkAccount() throws LaunchException {
        Account account = blueprint.account();
        if (user.hostUid(account.uid()).isEmpty()) {
            throw new LaunchException("user " + account.uid() + " is not in user-namespace.uid-map " + user.uidMap());
        }
        // A daemon that isn't root can give no others, so those of the rootfs' /etc/group are left out.
        for (int gid : blueprint.privileged() ? account.allGroups() : List.of(account.gid())) {
            if (user.hostGid(gid).isEmpty()) {
                throw new LaunchException("group " + gid + " is not in user-namespace.gid-map " + user.gidMap());
            }
        }
    }

    /** The service may open /dev/stdout again, as whoever it is. */
    private void handOverOutput() throws ErrnoException {
        long uid = user.hostUid(blueprint.account().uid()).orElseThrow();
        long gid = user.hostGid(blueprint.account().gid()).orElseThrow();
        Optional<Streams> streams = blueprint.request().streams();
        if (streams.isPresent()) {
            for (int stream : streams.get().own()) {
                int fd = streams.get().all().get(stream);
                linux.chown("/proc/self/fd/" + fd, (int) uid, streams.get().terminal() ? -1 : (int) gid);
            }
            return;
        }
        for (long pipe : outputs) {
            linux.chown("/proc/self/fd/" + pipe, (int) uid, (int) gid);
        }
    }

    private void setUp(int pid) throws ErrnoException {
        ServiceSpec spec = blueprint.request().spec();
        IdMaps.write(linux, pid, user);
        Attributes.set(linux, pid, spec, blueprint.host());
        Optional<NetworkLink> link = spec.namespaces().net().link();
        if (link.isPresent()) {
            int network = linux.open("/proc/" + pid + "/ns/net", Linux.O_RDONLY);
            try {
                new NetworkConnection(linux, networks).make(link.get(), network);
            } finally {
                linux.close(network);
            }
        }
    }

    ParentSide parent() {
        return parent;
    }

    /** The descriptors that the program takes last. */
    long[] trees() {
        return trees.late();
    }

    @Override
    public void close() {
        parent.close();
        trees.close();
    }
}
