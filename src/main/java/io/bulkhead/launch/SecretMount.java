package io.bulkhead.launch;

import static io.bulkhead.libc.SystemCall.*;

import io.bulkhead.libc.Linux;
import io.bulkhead.libc.SyscallProgram;
import io.bulkhead.libc.SyscallProgram.Late;
import io.bulkhead.spec.Mount;
import io.bulkhead.spec.Secret;
import java.util.List;
import java.util.OptionalLong;

/**
 * Secrets as files: a file system in memory that nobody else has, filled by the process itself, and then read-only for ever.
 *
 * <p>The texts are no part of the program: they come in a file that exists in memory only, one behind the other.
 */
final class SecretMount {
    static final Mount MOUNT =
            new Mount.Tmpfs(Secret.DIRECTORY, OptionalLong.empty(), 0755, new Mount.Flags(true, true, true, true));

    private static final int AT_EMPTY_PATH = 0x1000;
    private static final int MOUNT_ATTR_RDONLY = 1;

    private final SyscallProgram.Builder program;
    private final Descriptors fds;
    private final List<Secret> files;
    private int texts;

    SecretMount(SyscallProgram.Builder program, Descriptors fds, List<Secret> secrets) {
        this.program = program;
        this.fds = fds;
        this.files = secrets.stream()
                .filter(secret -> secret.kind() == Secret.Kind.FILE)
                .toList();
    }

    boolean isEmpty() {
        return files.isEmpty();
    }

    /** Keeps the texts, a late argument; to be done before anything is closed. */
    void holdTexts() {
        texts = fds.next();
        program.call(DUP3, "secrets to " + texts, Late.ARGUMENT, texts, Linux.O_CLOEXEC);
    }

    /** The mount, not attached yet, with files that are {@code account}'s; late arguments are their lengths, each twice. */
    int make(KernelFileSystems kernel, Account account) {
        long size = (long) files.size() * Secret.LARGEST;
        String inodes = Integer.toString(files.size() + 2);
        int mount = kernel.createUnswapped(
                ServiceMounts.attributes(new Mount.Flags(false, true, true, true)),
                "mode",
                "755",
                "size",
                Long.toString(size),
                "nr_inodes",
                inodes);
        program.call(LSEEK, "secrets", texts, 0, 0);
        files.forEach(secret -> write(secret.name(), mount, account));
        close(texts);
        program.step(
                "mount_setattr " + Secret.DIRECTORY + " ro",
                MOUNT_SETATTR,
                mount,
                "",
                AT_EMPTY_PATH,
                program.longs(MOUNT_ATTR_RDONLY, 0, 0, 0),
                32);
        return mount;
    }

    private void write(String name, int mount, Account account) {
        String path = Secret.DIRECTORY + "/" + name;
        int file = fds.next();
        int flags = Linux.O_WRONLY | Linux.O_CREAT | Linux.O_EXCL | Linux.O_NOFOLLOW | Linux.O_CLOEXEC;
        program.step("open " + path, OPENAT, mount, name, flags, 0400);
        // Else a file that its group has no memory for would be a short one.
        program.call(FALLOCATE, path, file, 0, 0, Late.ARGUMENT);
        program.call(SENDFILE, path, file, texts, 0, Late.ARGUMENT);
        program.call(FCHOWN, path, file, account.uid(), account.gid());
        close(file);
    }

    private void close(int fd) {
        program.call(CLOSE, "", fd);
        fds.closed(fd);
    }
}
