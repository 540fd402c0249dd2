package io.bulkhead.doctor;

import io.bulkhead.cgroup.CgroupLayout;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/** The host this process runs on. */
final class ThisHost implements Host {
    private final Linux linux = Linux.get();

    @Override
    public Optional<String> read(String path) {
        if (path.endsWith(".gz")) {
            return unzip(Path.of(path));
        }
        try {
            return Optional.of(linux.readFile(path));
        } catch (ErrnoException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> unzip(Path path) {
        try (InputStream in = new GZIPInputStream(Files.newInputStream(path))) {
            return Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    @Override
    public boolean exists(String path) {
        return linux.exists(path);
    }

    @Override
    public List<String> directories(String path) {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of(path), Files::isDirectory)) {
            entries.forEach(entry -> names.add(String.valueOf(entry.getFileName())));
        } catch (IOException e) {
            return List.of();
        }
        return names;
    }

    @Override
    public CgroupLayout cgroups() {
        try {
            return CgroupLayout.discover(linux);
        } catch (ErrnoException e) {
            throw new UncheckedIOException(new IOException(e.getMessage(), e));
        }
    }

    @Override
    public boolean knows(int systemCall) {
        return linux.knows(systemCall);
    }

    /** By a child of the JVM's own, which is reaped by the JVM: afterwards it is nobody's. */
    @Override
    public boolean tellsExits() {
        try {
            Process process = new ProcessBuilder("cat").start();
            int pidfd = linux.processes().open((int) process.pid());
            try {
                process.getOutputStream().close();
                process.waitFor();
                return linux.processes().waitStatus(pidfd).isPresent();
            } finally {
                linux.close(pidfd);
            }
        } catch (IOException | ErrnoException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public Optional<String> run(String... command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor() == 0 ? Optional.of(said.stripTrailing()) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    @Override
    public boolean mayWrite(String path) {
        return linux.mayWrite(path);
    }

    @Override
    public String architecture() {
        return System.getProperty("os.arch", "");
    }

    @Override
    public int user() {
        return linux.geteuid();
    }
}
