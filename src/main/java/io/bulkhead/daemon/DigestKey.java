package io.bulkhead.daemon;

import io.bulkhead.config.ConfigLoader;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/**
 * The key by which a changed secret is told from an unchanged one, in run-dir, for the daemon's user alone: with it a digest in
 * a runtime record says as much as the secret. It is as old as the records are, and the next daemon has the same.
 */
final class DigestKey implements ConfigLoader.Key {
    private static final String NAME = "secrets.key";
    private static final int BYTES = 32;

    private final Linux linux;
    /** Of the first run-dir there was: another one waits for the daemon's next start. */
    private byte @Nullable [] key;

    DigestKey(Linux linux) {
        this.linux = linux;
    }

    @Override
    public synchronized byte[] of(Path runDir) throws IOException {
        byte[] known = key;
        if (known == null) {
            try {
                known = readOrMake(runDir);
            } catch (ErrnoException e) {
                throw new IOException("its key in supervisor.run-dir: " + e.getMessage(), e);
            }
            key = known;
        }
        return known;
    }

    private byte[] readOrMake(Path runDir) throws IOException, ErrnoException {
        String file = runDir.resolve(NAME).toString();
        if (linux.exists(file)) {
            byte[] found = read(file);
            if (found.length == BYTES) {
                return found;
            }
        }
        Files.createDirectories(runDir);
        byte[] made = new byte[BYTES];
        new SecureRandom().nextBytes(made);
        String next = file + "." + linux.getpid();
        int fd = linux.open(next, Linux.O_WRONLY | Linux.O_CREAT | Linux.O_TRUNC | Linux.O_NOFOLLOW, 0600);
        try {
            linux.writeAll(fd, made, next);
        } finally {
            linux.close(fd);
        }
        linux.rename(next, file);
        return made;
    }

    private byte[] read(String file) throws ErrnoException {
        int fd = linux.open(file, Linux.O_RDONLY | Linux.O_NOFOLLOW);
        try {
            return linux.readAll(fd, BYTES, file);
        } finally {
            linux.close(fd);
        }
    }
}
