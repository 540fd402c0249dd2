package io.bulkhead.launch;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.seccomp.DefaultProfile;
import io.bulkhead.seccomp.Machine;
import io.bulkhead.seccomp.Machine.Architecture;
import io.bulkhead.seccomp.SeccompFilter;
import io.bulkhead.spec.Capability;
import io.bulkhead.spec.Seccomp;
import io.bulkhead.spec.SeccompProfile;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The system call filters of services, each compiled once for all that have the same profile and capabilities. Thread-safe. */
final class CallFilters {
    /** More than that are those of configurations gone by. */
    private static final int MOST = 64;

    private final Linux linux;
    private final Map<Key, CallFilter> compiled = new ConcurrentHashMap<>();
    private volatile @Nullable Machine machine;

    private record Key(Seccomp seccomp, Set<Capability> held) {}

    /** What {@code SECCOMP_SET_MODE_FILTER} takes: its flags, and an array of {@code struct sock_filter}. */
    static final class CallFilter {
        private final int flags;
        private final byte[] instructions;

        private CallFilter(int flags, byte[] instructions) {
            this.flags = flags;
            this.instructions = instructions;
        }

        int flags() {
            return flags;
        }

        byte[] instructions() {
            return instructions;
        }
    }

    CallFilters(Linux linux) {
        this.linux = linux;
    }

    /** The filter of a service that keeps {@code held}; empty where it is unconfined. */
    Optional<CallFilter> of(Seccomp seccomp, Set<Capability> held) throws ErrnoException, LaunchException {
        SeccompProfile profile;
        if (seccomp instanceof Seccomp.Custom custom) {
            profile = custom.profile();
        } else if (seccomp instanceof Seccomp.Default) {
            profile = DefaultProfile.PROFILE;
        } else {
            return Optional.empty();
        }
        Key key = new Key(seccomp, Set.copyOf(held));
        CallFilter known = compiled.get(key);
        if (known == null) {
            known = compile(profile, held);
            if (compiled.size() >= MOST) {
                compiled.clear();
            }
            compiled.put(key, known);
        }
        return Optional.of(known);
    }

    private CallFilter compile(SeccompProfile profile, Set<Capability> held) throws ErrnoException, LaunchException {
        try {
            return new CallFilter(profile.flags(), SeccompFilter.compile(profile, held, machine()));
        } catch (IllegalArgumentException e) {
            throw new LaunchException(String.valueOf(e.getMessage()));
        }
    }

    private Machine machine() throws ErrnoException {
        Machine known = machine;
        if (known == null) {
            known = new Machine(
                    Linux.isAarch64() ? Architecture.AARCH64 : Architecture.X86_64, KernelRelease.of(linux));
            machine = known;
        }
        return known;
    }
}
