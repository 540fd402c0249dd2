package io.bulkhead.launch;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.libc.SyscallProgram;
import io.bulkhead.spec.NetworkLink;
import io.bulkhead.spec.NetworkNamespace;
import io.bulkhead.spec.SeccompProfile.Kernel;
import io.bulkhead.spec.ServiceSpec;
import java.util.ArrayList;
import java.util.List;

/** What a service's namespaces ask of this host that it hasn't. */
public final class NamespaceNeeds {
    private final Linux linux;

    public NamespaceNeeds(Linux linux) {
        this.linux = linux;
    }

    /**
     * Something that cannot be.
     *
     * @param key below the service: {@code namespaces.time}
     * @param reason with what to do about it
     */
    public record Lack(String key, String reason) {}

    /** All that is lacking now. */
    public List<Lack> of(ServiceSpec spec) throws ErrnoException {
        List<Lack> lacks = new ArrayList<>();
        if (spec.namespaces().time().isPresent() && !canEnterTime()) {
            lacks.add(new Lack(
                    "namespaces.time", "private clocks need Linux 6.3 with CONFIG_TIME_NS: allowed here is host"));
        }
        if (spec.namespaces().net() instanceof NetworkNamespace.Named named) {
            try {
                linux.close(linux.namespaces().open(named.path().toString(), SyscallProgram.CLONE_NEWNET, "network"));
            } catch (ErrnoException e) {
                lacks.add(new Lack("namespaces.net.path", String.valueOf(e.getMessage())));
            }
        }
        if (spec.namespaces().user().isPresent() && !hasUsers()) {
            lacks.add(new Lack(
                    "namespaces.user",
                    "private users need CONFIG_USER_NS, and user.max_user_namespaces above 0: allowed here is host"));
        }
        spec.namespaces()
                .net()
                .link()
                .map(NetworkLink::bridge)
                .filter(bridge -> !linux.exists("/sys/class/net/" + bridge + "/bridge"))
                .ifPresent(bridge -> lacks.add(new Lack(
                        "net.bridge", bridge + " is no bridge of this host: ip link add " + bridge + " type bridge")));
        return lacks;
    }

    private boolean hasUsers() throws ErrnoException {
        return linux.exists("/proc/self/ns/user")
                && !linux.readFile("/proc/sys/user/max_user_namespaces").equals("0");
    }

    /** Since 6.3 execve(2) enters the time namespace of a process' children; before, a child that shares memory cannot. */
    private boolean canEnterTime() throws ErrnoException {
        return linux.exists("/proc/self/ns/time") && KernelRelease.of(linux).isAtLeast(new Kernel(6, 3));
    }
}
