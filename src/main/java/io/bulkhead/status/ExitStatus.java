package io.bulkhead.status;

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

    /** It was no child of this daemon and the kernel can't tell (before Linux 6.15). */
    record Unknown() implements ExitStatus {
        @Override
        public String toString() {
            return "exit status unknown";
        }
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
