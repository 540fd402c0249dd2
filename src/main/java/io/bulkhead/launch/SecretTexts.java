package io.bulkhead.launch;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.FileStatus;
import io.bulkhead.libc.Linux;
import io.bulkhead.spec.Secret;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The texts of a service's secrets as they are at its start; wiped when that is done. */
final class SecretTexts implements AutoCloseable {
    /** Above all numbers that a program gives to what it is handed. */
    private static final int LEAST = 32;

    private static final int NONE = -1;
    private static final String NAME = "bulkhead-secrets";

    private final Linux linux;
    private final Map<String, String> variables = new TreeMap<>();
    private final List<byte[]> files = new ArrayList<>();
    private int fd = NONE;

    private SecretTexts(Linux linux) {
        this.linux = linux;
    }

    /**
     * Reads them.
     *
     * @throws LaunchException naming the secret and its file, where that is not what only its owner can read
     */
    static SecretTexts read(Linux linux, List<Secret> secrets) throws LaunchException, ErrnoException {
        SecretTexts texts = new SecretTexts(linux);
        try {
            for (Secret secret : secrets) {
                texts.add(secret);
            }
            texts.hold();
            return texts;
        } catch (LaunchException | ErrnoException e) {
            texts.close();
            throw e;
        }
    }

    private void add(Secret secret) throws LaunchException {
        byte[] text;
        try {
            text = text(secret.source().toString());
        } catch (ErrnoException e) {
            throw failure(secret, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw failure(secret, secret.source() + ": " + e.getMessage());
        }
        if (secret.kind() == Secret.Kind.FILE) {
            files.add(text);
            return;
        }
        String variable = new String(text, StandardCharsets.UTF_8);
        Arrays.fill(text, (byte) 0);
        if (variable.indexOf('\0') >= 0) {
            throw failure(secret, secret.source() + " holds a NUL character, which no variable can");
        }
        variables.put(secret.name(), variable.replaceFirst("\r?\n$", ""));
    }

    private byte[] text(String source) throws ErrnoException, IOException {
        int file = linux.open(source, Linux.O_RDONLY | Linux.O_NONBLOCK);
        try {
            Path opened = Path.of("/proc/self/fd", Integer.toString(file));
            FileStatus found = FileStatus.of(opened);
            if (!found.regular()) {
                throw new IOException("is not a regular file");
            }
            Optional<String> refusal = Secret.refusal(found.uid(), found.mode(), linux.geteuid());
            if (refusal.isPresent()) {
                throw new IOException(refusal.get());
            }
            byte[] text = linux.readAll(file, Secret.LARGEST + 1, source);
            if (text.length == 0 || text.length > Secret.LARGEST) {
                throw new IOException("has " + text.length + " bytes: allowed are 1 to " + Secret.LARGEST);
            }
            return text;
        } finally {
            linux.close(file);
        }
    }

    private static LaunchException failure(Secret secret, String what) {
        return new LaunchException("secrets." + secret.name() + ": " + what);
    }

    /** One file in memory for all, which the process copies from. */
    private void hold() throws ErrnoException {
        if (files.isEmpty()) {
            return;
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        files.forEach(all::writeBytes);
        int made = linux.memoryFiles().data(NAME);
        try {
            fd = linux.duplicate(made, LEAST);
            byte[] bytes = all.toByteArray();
            linux.writeAll(made, bytes, NAME);
            Arrays.fill(bytes, (byte) 0);
        } finally {
            linux.close(made);
        }
    }

    /** Those that are variables. */
    Map<String, String> variables() {
        return variables;
    }

    /** The late arguments of {@link SecretMount}. */
    long[] late() {
        if (files.isEmpty()) {
            return new long[0];
        }
        long[] late = new long[1 + 2 * files.size()];
        late[0] = fd;
        for (int i = 0; i < files.size(); i++) {
            late[1 + 2 * i] = files.get(i).length;
            late[2 + 2 * i] = files.get(i).length;
        }
        return late;
    }

    @Override
    public void close() {
        variables.clear();
        files.forEach(text -> Arrays.fill(text, (byte) 0));
        if (fd != NONE) {
            linux.close(fd);
            fd = NONE;
        }
    }
}
