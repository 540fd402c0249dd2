package io.bulkhead.reconcile;

import io.bulkhead.spec.ConfigException;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one-off commands were asked to be, a configuration file each in {@code run-dir/oneoff}, for the next daemon; gone after
 * a reboot, as they are. Readable for root alone: there may be passwords in an environment.
 */
final class OneOffFiles {
    private static final Logger log = LoggerFactory.getLogger(OneOffFiles.class);
    private static final String SUFFIX = ".conf";

    private final Path directory;
    private final SpecSource source;

    OneOffFiles(Path runDir, SpecSource source) {
        this.directory = runDir.resolve("oneoff");
        this.source = source;
    }

    /**
     * Writes one down and reads it as any configuration is read.
     *
     * @throws FileAlreadyExistsException where there is one of that name
     */
    ServiceSpec add(ServiceName name, String configuration) throws IOException, ConfigException {
        Files.createDirectories(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Path file = file(name);
        try (var out = Files.newByteChannel(
                file,
                java.util.Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            out.write(java.nio.ByteBuffer.wrap(configuration.getBytes(StandardCharsets.UTF_8)));
        }
        boolean sound = false;
        try {
            ServiceSpec spec = read(file, name).orElseThrow(() -> new IOException("no service " + name + " in it"));
            sound = true;
            return spec;
        } finally {
            if (!sound) {
                remove(name);
            }
        }
    }

    private Optional<ServiceSpec> read(Path file, ServiceName name) throws ConfigException {
        return Optional.ofNullable(source.load(file).services().get(name));
    }

    /** Those that an earlier daemon ran; one that can't be read any more is left to be stopped like any stranger. */
    SortedMap<ServiceName, ServiceSpec> all() throws IOException {
        SortedMap<ServiceName, ServiceSpec> all = new TreeMap<>();
        if (!Files.isDirectory(directory)) {
            return all;
        }
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                String text = file.getFileName().toString();
                String bare = text.endsWith(SUFFIX) ? text.substring(0, text.length() - SUFFIX.length()) : "";
                if (!ServiceName.isValid(bare)) {
                    continue;
                }
                ServiceName name = new ServiceName(bare);
                try {
                    read(file, name).ifPresent(spec -> all.put(name, spec));
                } catch (ConfigException e) {
                    log.warn("service={} cannot be what it was asked to be: {}", name, e.problems());
                    remove(name);
                }
            }
        }
        return all;
    }

    void remove(ServiceName name) {
        try {
            Files.deleteIfExists(file(name));
        } catch (IOException e) {
            log.warn("service={} {} not deleted: {}", name, file(name), e.toString());
        }
    }

    private Path file(ServiceName name) {
        return directory.resolve(name.value() + SUFFIX);
    }
}
