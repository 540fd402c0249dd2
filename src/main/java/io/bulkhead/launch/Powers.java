package io.bulkhead.launch;

import static io.bulkhead.libc.SystemCall.*;

import io.bulkhead.launch.CallFilters.CallFilter;
import io.bulkhead.libc.SyscallProgram;
import io.bulkhead.spec.Capability;
import io.bulkhead.spec.Confinement;
import io.bulkhead.spec.ServiceSpec;
import java.nio.file.Path;
import java.util.Set;

/** What a process gives up for good before it becomes a service's: capabilities, being root, system calls. */
final class Powers {
    private static final int PR_CAPBSET_DROP = 24;
    private static final int PR_SET_NO_NEW_PRIVS = 38;
    private static final int PR_CAP_AMBIENT = 47;
    private static final int PR_CAP_AMBIENT_RAISE = 2;
    private static final int PR_CAP_AMBIENT_CLEAR_ALL = 4;
    private static final int PR_SET_KEEPCAPS = 8;
    private static final int SECCOMP_SET_MODE_FILTER = 1;
    private static final int CAPABILITY_VERSION_3 = 0x20080522;

    private final SyscallProgram.Builder program;
    private final HostFacts host;
    private final Account account;
    private final Confinement confinement;
    private final Set<Capability> powers;
    private boolean ownUsers;
    private boolean setsGroups = true;

    /** @param powers those kept */
    Powers(
            SyscallProgram.Builder program,
            HostFacts host,
            Account account,
            Confinement confinement,
            Set<Capability> powers) {
        this.program = program;
        this.host = host;
        this.account = account;
        this.confinement = confinement;
        this.powers = Set.copyOf(powers);
    }

    /**
     * For a process in a user namespace, which begins with all there are, whatever the daemon has.
     *
     * @param groups whether setgroups(2) is allowed there
     */
    Powers ofOwnUsers(boolean groups) {
        ownUsers = true;
        setsGroups = groups;
        return this;
    }

    /** Of what the service is to have, that which it can't be given is withheld. */
    static Set<Capability> kept(ServiceSpec spec, boolean devicesControlled, boolean chroot) {
        Set<Capability> kept = spec.confinement().capabilities().kept();
        boolean whole = spec.rootfs().equals(Path.of("/")) && !spec.namespaces().mount();
        if (!whole && (chroot || !spec.namespaces().mount())) {
            kept.remove(Capability.SYS_CHROOT); // with it, a process can leave a chroot. chroot(2)
        }
        if (!devicesControlled) {
            kept.remove(Capability.MKNOD);
        }
        return kept;
    }

    /** No setuid binary gives any of it back. */
    void renounce() {
        program.call(PRCTL, "PR_SET_NO_NEW_PRIVS", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    }

    void drop() {
        long kept = Capability.mask(powers) & (ownUsers ? -1L : host.permittedCapabilities());
        for (int capability = 0; capability <= host.lastCapability(); capability++) {
            if ((kept & 1L << capability) == 0) {
                program.call(PRCTL, "PR_CAPBSET_DROP " + capability, PR_CAPBSET_DROP, capability, 0, 0, 0);
            }
        }
        if (setsGroups) {
            int[] groups = account.groups().stream().mapToInt(Integer::intValue).toArray();
            program.call(SETGROUPS, account.groups().toString(), groups.length, program.ints(groups));
        }
        program.call(SETRESGID, Integer.toString(account.gid()), account.gid(), account.gid(), account.gid());
        // A user other than root holds what was added for it, by way of the ambient set, for execve clears all else.
        long ambient = account.uid() == 0
                ? 0
                : kept & Capability.mask(confinement.capabilities().add());
        if (ambient != 0) {
            program.call(PRCTL, "PR_SET_KEEPCAPS", PR_SET_KEEPCAPS, 1, 0, 0, 0);
        }
        program.call(SETRESUID, Integer.toString(account.uid()), account.uid(), account.uid(), account.uid());
        program.call(PRCTL, "PR_CAP_AMBIENT_CLEAR_ALL", PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
        setCapabilities(account.uid() == 0 ? kept : ambient, ambient);
        for (Capability capability : Capability.values()) {
            if ((ambient & 1L << capability.number()) != 0) {
                program.call(
                        PRCTL,
                        "PR_CAP_AMBIENT_RAISE " + capability,
                        PR_CAP_AMBIENT,
                        PR_CAP_AMBIENT_RAISE,
                        capability.number(),
                        0,
                        0);
            }
        }
    }

    private void setCapabilities(long held, long inheritable) {
        int low = (int) held;
        int high = (int) (held >>> 32);
        program.call(
                CAPSET,
                "",
                program.ints(CAPABILITY_VERSION_3, 0),
                program.ints(low, low, (int) inheritable, high, high, (int) (inheritable >>> 32)));
    }

    void filter(CallFilter filter) {
        program.call(
                SECCOMP,
                "SECCOMP_SET_MODE_FILTER",
                SECCOMP_SET_MODE_FILTER,
                filter.flags(),
                program.socketFilter(filter.instructions()));
    }
}
