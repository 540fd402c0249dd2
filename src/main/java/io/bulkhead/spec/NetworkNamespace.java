package io.bulkhead.spec;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Whose network a service has.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/network_namespaces.7.html">network_namespaces(7)</a>
 */
public sealed interface NetworkNamespace {
    /** Its way to others, where it has one of its own. */
    default Optional<NetworkLink> link() {
        return Optional.empty();
    }

    /** The host's. */
    record Host() implements NetworkNamespace {
        @Override
        public String toString() {
            return "host";
        }
    }

    /**
     * One of its own, made with it and gone with it.
     *
     * @param link empty: a loopback interface is all there is
     */
    record Private(Optional<NetworkLink> link) implements NetworkNamespace {
        public Private() {
            this(Optional.empty());
        }

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
