package io.bulkhead.reconcile;

import io.bulkhead.libc.Checkpoint;
import io.bulkhead.status.ProcessId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * What the kernel can't tell a later daemon about a running service.
 *
 * @param process its main process
 * @param launchHash of the spec it was launched from
 * @param startedAt when
 */
record RuntimeRecord(ProcessId process, String launchHash, Instant startedAt) {
    /** The records of all services: a file each under run-dir, replaced by rename. */
    static final class Store {
        private static final String SUFFIX = ".service";
        private final Path directory;

        Store(Path runDir) {
            this.directory = runDir.resolve("services");
        }

        void write(String service, RuntimeRecord record) throws IOException {
            Files.createDirectories(directory);
            Path next = directory.resolve(service + ".next");
            String text = "version=1\npid=" + record.process.pid()
                    + "\nstart-ticks=" + record.process.startTicks()
                    + "\nlaunch-hash=" + record.launchHash
                    + "\nstarted-at=" + record.startedAt + "\n";
            Files.writeString(next, text, StandardCharsets.UTF_8);
            Checkpoint.RECORD_WRITTEN.reached();
            Files.move(next, file(service), StandardCopyOption.ATOMIC_MOVE);
            Checkpoint.RECORD_REPLACED.reached();
        }

        /** Empty where there is none or it makes no sense: it then costs what it would have told, and no more. */
        Optional<RuntimeRecord> read(String service) {
            Properties values = new Properties();
            try (var reader = Files.newBufferedReader(file(service), StandardCharsets.UTF_8)) {
                values.load(reader);
                return Optional.of(new RuntimeRecord(
                        new ProcessId(
                                Integer.parseInt(values.getProperty("pid", "")),
                                Long.parseLong(values.getProperty("start-ticks", ""))),
                        values.getProperty("launch-hash", ""),
                        Instant.parse(values.getProperty("started-at", ""))));
            } catch (NoSuchFileException e) {
                return Optional.empty();
            } catch (IOException | IllegalArgumentException | java.time.DateTimeException e) {
                return Optional.empty();
            }
        }

        void delete(String service) throws IOException {
            Files.deleteIfExists(file(service));
        }

        /** The services that have a record. */
        List<String> list() throws IOException {
            if (!Files.isDirectory(directory)) {
                return List.of();
            }
            List<String> names = new ArrayList<>();
            try (Stream<Path> files = Files.list(directory)) {
                files.map(file -> file.getFileName().toString())
                        .filter(name -> name.endsWith(SUFFIX))
                        .forEach(name -> names.add(name.substring(0, name.length() - SUFFIX.length())));
            }
            return names;
        }

        private Path file(String service) {
            return directory.resolve(service + SUFFIX);
        }
    }
}
