package io.bulkhead.spec;

import java.nio.file.Path;

/**
 * Which system calls a service may make.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/seccomp.2.html">seccomp(2)</a>
 */
public sealed interface Seccomp {
    /** What Docker allows by default, and by the capabilities a service has. */
    record Default() implements Seccomp {
        @Override
        public String toString() {
            return "default";
        }
    }

    /** All of them. */
    record Unconfined() implements Seccomp {
        @Override
        public String toString() {
            return "unconfined";
        }
    }

    /**
     * Those that an operator's profile allows.
     *
     * @param file where it was read from
     * @param digest of the file's text: another one is another profile
     */
    record Custom(Path file, String digest, SeccompProfile profile) implements Seccomp {
        @Override
        public String toString() {
            return file + " (" + digest + ")";
        }
    }
}
