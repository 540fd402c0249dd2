package io.bulkhead.config;

import java.io.IOException;
import java.nio.file.Path;

/** What a path leads to, whatever symbolic links are on the way. */
final class RealPath {
    private RealPath() {}

    /** Itself where it leads nowhere. */
    static Path of(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            return path;
        }
    }
}
