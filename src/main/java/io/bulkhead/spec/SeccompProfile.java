package io.bulkhead.spec;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Rules for system calls, as a profile of the OCI runtime specification or of Docker states them.
 *
 * <p>Of the rules that name a call and apply to the service, the first whose conditions hold decides; {@code otherwise} does
 * where there is none.
 *
 * @param flags of {@code SECCOMP_SET_MODE_FILTER}
 * @see <a href="https://github.com/opencontainers/runtime-spec/blob/main/config-linux.md#seccomp">OCI: seccomp</a>
 */
public record SeccompProfile(Action otherwise, List<Rule> rules, int flags) {
    /** Without it, kernels before 5.16 turn on a costly mitigation for whoever has a filter. */
    public static final int FLAG_SPEC_ALLOW = 4;

    public SeccompProfile {
        rules = List.copyOf(rules);
    }

    /** What is done; the numbers are the kernel's {@code SECCOMP_RET_*}. */
    public enum Kind {
        KILL_PROCESS(0x80000000),
        KILL_THREAD(0x00000000),
        TRAP(0x00030000),
        ERRNO(0x00050000),
        TRACE(0x7ff00000),
        LOG(0x7ffc0000),
        ALLOW(0x7fff0000);

        private final int code;

        Kind(int code) {
            this.code = code;
        }
    }

    /**
     * An answer to a call.
     *
     * @param data the errno of ERRNO, the message of TRACE, else 0; 0 to 65535
     */
    public record Action(Kind kind, int data) {
        public static final Action ALLOW = new Action(Kind.ALLOW, 0);

        public static Action errno(int errno) {
            return new Action(Kind.ERRNO, errno);
        }

        /** What a filter returns for it. */
        public int code() {
            return kind.code | data;
        }
    }

    /** A comparison of an argument, 64 bits wide and unsigned, with a value. */
    public enum Operator {
        NE,
        LT,
        LE,
        EQ,
        GE,
        GT,
        /** The argument's bits in {@code value} are {@code second}. */
        MASKED_EQ
    }

    /**
     * What an argument must be.
     *
     * @param argument 0 to 5
     */
    public record Condition(int argument, Operator operator, long value, long second) {}

    /**
     * When a rule applies to a service at all, or doesn't.
     *
     * @param architectures as Go names them: {@code amd64}, {@code arm64}
     * @param minKernel {@code 4.8}: that or later
     */
    public record Requirement(Set<Capability> capabilities, Set<String> architectures, Optional<Kernel> minKernel) {
        public static final Requirement NONE = new Requirement(Set.of(), Set.of(), Optional.empty());

        public Requirement {
            capabilities = Set.copyOf(capabilities);
            architectures = Set.copyOf(architectures);
        }
    }

    /** A kernel's version. */
    public record Kernel(int major, int minor) {
        public boolean isAtLeast(Kernel other) {
            return major > other.major || (major == other.major && minor >= other.minor);
        }
    }

    /**
     * One rule.
     *
     * @param names of system calls; those that this architecture doesn't have are passed over
     * @param conditions all must hold; none: always
     * @param includes what the service must meet, all of it
     * @param excludes of this, it may meet nothing
     */
    public record Rule(
            List<String> names, Action action, List<Condition> conditions, Requirement includes, Requirement excludes) {
        public Rule {
            names = List.copyOf(names);
            conditions = List.copyOf(conditions);
        }
    }
}
