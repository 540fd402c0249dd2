package io.bulkhead.seccomp;

import io.bulkhead.spec.SeccompProfile;

/** What a filter is made for. */
public record Machine(Architecture architecture, SeccompProfile.Kernel kernel) {
    /** A calling convention with numbers of its own. */
    public enum Architecture {
        X86_64("amd64", 0xC000003E),
        AARCH64("arm64", 0xC00000B7);

        private final String goName;
        private final int audit;

        Architecture(String goName, int audit) {
            this.goName = goName;
            this.audit = audit;
        }

        /** As profiles name it. */
        String goName() {
            return goName;
        }

        /** The kernel's {@code AUDIT_ARCH_*}. */
        int audit() {
            return audit;
        }
    }
}
