package io.bulkhead.status;

import io.bulkhead.spec.RestartPolicy;
import io.bulkhead.spec.Signal;

/** How a process ended, wait(2). */
public sealed interface ExitStatus {
    /** It called {@code exit} with {@code code}, 0 to 255. */
    record Exited(int code) implements ExitStatus {
        @Override
        public String toString() {
            return "exit status " + code;
        }
    }

    /** A signal ended it; {@code oomKilled} where the kernel's OOM killer sent it. */
    record Signaled(int signal, boolean coreDumped, boolean oomKilled) implements ExitStatus {
        @Override
        public String toString() {
            return Signal.nameOf(signal) + (coreDumped ? " (core dumped)" : "") + (oomKilled ? " (out of memory)" : "");
        }
    }

    /**
     * Nobody can tell: it was no child of this daemon, and the kernel keeps no record (before Linux 6.15).
     *
     * @param unseen whether it ended while no daemon ran
     */
    record Unknown(boolean unseen) implements ExitStatus {
        @Override
        public String toString() {
            return unseen ? "exit status unknown (ended while no daemon ran)" : "exit status unknown";
        }
    }

    /** Whether it is an end that {@code policy} doesn't call a failure. */
    default boolean isSuccess(RestartPolicy policy) {
        return this instanceof Exited exited && policy.successExitCodes().contains(exited.code());
    }

    /** Decodes a wait status as {@code wait4(2)} gives it. */
    static ExitStatus ofWaitStatus(int status) {
        int signal = status & 0x7f;
        if (signal == 0) {
            return new Exited((status >> 8) & 0xff);
        }
        return new Signaled(signal, (status & 0x80) != 0, false);
    }
}
