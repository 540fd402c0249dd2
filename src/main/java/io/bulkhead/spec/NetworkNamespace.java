package io.bulkhead.spec;

import java.nio.file.Path;

/**
 * Whose network a service has.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/network_namespaces.7.html">network_namespaces(7)</a>
 */
public sealed interface NetworkNamespace {
    /** The host's. */
    record Host() implements NetworkNamespace {
        @Override
        public String toString() {
            return "host";
        }
    }

    /** One of its own, made with it and gone with it. */
    record Private() implements NetworkNamespace {
        @Override
        public String toString() {
            return "private";
        }
    }

    /**
     * One that somebody else made and keeps.
     *
     * @param path a file that stands for it, as {@code ip netns add} makes: absolute
     */
    record Named(Path path) implements NetworkNamespace {
        @Override
        public String toString() {
            return path.toString();
        }
    }
}
