package io.bulkhead.spec;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How a service sees the file systems it has.
 *
 * @param readonly whether it may write nothing in its root, nor in what the host has mounted there
 * @param overlay a layer of its own over a root that stays as it is
 * @param mounts in the order in which they are made
 */
public record RootView(boolean readonly, Optional<Overlay> overlay, List<Mount> mounts) {
    /** The rootfs as it is. */
    public static final RootView PLAIN = new RootView(false, Optional.empty(), List.of());

    public RootView {
        mounts = List.copyOf(mounts);
    }

    /**
     * What a service writes, kept apart from the rootfs.
     *
     * @param keep a directory of the host where it stays from one start to the next; empty: in memory, gone at the end
     * @param sizeBytes the most it may be in memory; empty: half of the host's memory
     * @see <a href="https://docs.kernel.org/filesystems/overlayfs.html">Overlay file system</a>
     */
    public record Overlay(Optional<Path> keep, OptionalLong sizeBytes) {
        @Override
        public String toString() {
            return keep.map(Path::toString).orElse("memory")
                    + (sizeBytes.isPresent() ? " " + sizeBytes.getAsLong() + " B" : "");
        }
    }
}
