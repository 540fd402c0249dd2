package io.bulkhead.reconcile;

import io.bulkhead.libc.Checkpoint;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.spec.ServiceName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The runtime records of all services: a file each under run-dir, for root alone, replaced by rename. */
final class RecordStore {
    private static final String SUFFIX = ".service";
    private static final String UNFINISHED = ".next";

    private final Linux linux;
    private final Path directory;
    private final RecordText text;
    private boolean made;

    /** @param bootId of the kernel that runs */
    RecordStore(Linux linux, Path runDir, String bootId) {
        this.linux = linux;
        this.directory = runDir.resolve("services");
        this.text = new RecordText(bootId);
    }

    /** One thread at a time. */
    void write(ServiceName service, RuntimeRecord record) throws ErrnoException, IOException {
        if (!made) {
            Files.createDirectories(directory);
            // A service's environment is in its record.
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
            made = true;
        }
        String next = directory + "/" + service + UNFINISHED;
        int flags = Linux.O_WRONLY | Linux.O_CREAT | Linux.O_TRUNC | Linux.O_NOFOLLOW;
        int fd = linux.open(next, flags, 0600);
        try {
            Checkpoint.RECORD_HALF_WRITTEN.reached();
            linux.writeAll(fd, text.write(record), next);
        } finally {
            linux.close(fd);
        }
        Checkpoint.RECORD_WRITTEN.reached();
        linux.rename(next, file(service).toString());
        Checkpoint.RECORD_REPLACED.reached();
    }

    /** Empty where there is none or it makes no sense: it then costs what it would have told, and no more. */
    Optional<RuntimeRecord> read(ServiceName service) {
        try {
            return text.read(Files.readAllBytes(file(service)));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    void delete(ServiceName service) throws IOException {
        Files.deleteIfExists(directory.resolve(service + UNFINISHED));
        Files.deleteIfExists(file(service));
    }

    /** The services that have a record, of whatever worth; one that was never finished goes. */
    Set<ServiceName> list() throws IOException {
        Set<ServiceName> names = new TreeSet<>();
        if (!Files.isDirectory(directory)) {
            return names;
        }
        List<Path> files;
        try (Stream<Path> stream = Files.list(directory)) {
            files = stream.toList();
        }
        for (Path file : files) {
            String name = file.getFileName().toString();
            if (name.endsWith(UNFINISHED)) {
                Files.deleteIfExists(file);
            }
            String service = name.endsWith(SUFFIX) ? name.substring(0, name.length() - SUFFIX.length()) : "";
            if (ServiceName.isValid(service)) {
                names.add(new ServiceName(service));
            }
        }
        return names;
    }

    private Path file(ServiceName service) {
        return directory.resolve(service + SUFFIX);
    }
}
