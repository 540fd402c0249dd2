package io.bulkhead.spec;

import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * A file system that a service has beside its root.
 *
 * @see <a href="https://man7.org/linux/man-pages/man8/mount.8.html">mount(8)</a>
 */
public sealed interface Mount {
    /** Where it appears: absolute, inside the rootfs, without {@code .} and {@code ..}, below neither /proc nor /sys. */
    String target();

    Flags flags();

    /** What is forbidden in it. */
    record Flags(boolean readonly, boolean nosuid, boolean nodev, boolean noexec) {
        @Override
        public String toString() {
            return (readonly ? "ro" : "rw")
                    + (nosuid ? ",nosuid" : "")
                    + (nodev ? ",nodev" : "")
                    + (noexec ? ",noexec" : "");
        }
    }

    /**
     * A file or directory of the host.
     *
     * @param source absolute
     * @param recursive with all that is mounted below it
     * @param follows whether what the host mounts below it later appears as well; what the service mounts never reaches the
     *     host
     */
    record Bind(Path source, String target, boolean recursive, boolean follows, Flags flags) implements Mount {
        @Override
        public String toString() {
            return source + ":" + target + " " + (recursive ? "rbind," : "bind,") + (follows ? "slave," : "") + flags;
        }
    }

    /**
     * Memory, empty at every start and counted to the service.
     *
     * @param sizeBytes the most it holds; empty: half of the host's memory
     * @param mode of its top directory, 0000 to 01777
     */
    record Tmpfs(String target, OptionalLong sizeBytes, int mode, Flags flags) implements Mount {
        @Override
        public String toString() {
            return "tmpfs:" + target + " mode=" + Integer.toOctalString(mode)
                    + (sizeBytes.isPresent() ? ",size=" + sizeBytes.getAsLong() : "") + "," + flags;
        }
    }
}
