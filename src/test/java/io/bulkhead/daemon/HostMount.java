package io.bulkhead.daemon;

import java.io.IOException;
import java.nio.file.Path;

/** A file system of a test's own on the host, gone at its end. */
record HostMount(Path directory) implements AutoCloseable {
    static HostMount tmpfs(Path directory) throws IOException {
        run("mount", "-t", "tmpfs", "-o", "size=64k", "bulkhead-test", directory.toString());
        return new HostMount(directory);
    }

    @Override
    public void close() throws IOException {
        run("umount", directory.toString());
    }

    private static void run(String... command) throws IOException {
        int code =
                new ProcessBuilder(command).inheritIO().start().onExit().join().exitValue();
        if (code != 0) {
            throw new IOException(String.join(" ", command) + ": exit code " + code);
        }
    }
}
