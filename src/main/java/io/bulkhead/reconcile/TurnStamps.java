package io.bulkhead.reconcile;

import io.bulkhead.plan.Desired;
import io.bulkhead.plan.Plan;
import io.bulkhead.spec.Schedule;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.status.Turn;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far the timetables have been seen to of those that make up for missed times: a small file each under state-dir, for the next
 * boot, which knows no records. Owned by the loop's thread.
 */
final class TurnStamps {
    private static final Logger log = LoggerFactory.getLogger(TurnStamps.class);

    private final Path directory;
    private final Map<ServiceName, Turn> written = new HashMap<>();

    TurnStamps(Path stateDir) {
        this.directory = stateDir.resolve("schedules");
    }

    /** Writes what a plan has changed. */
    void keep(Plan plan, Desired desired) {
        plan.statuses().forEach((name, status) -> {
            boolean lasts = desired.spec(name)
                    .flatMap(spec -> spec.lifecycle().schedule())
                    .filter(schedule -> schedule.missed() == Schedule.Missed.RUN)
                    .isPresent();
            if (lasts && status.turn().isPresent()) {
                keep(name, status.turn().get());
            }
        });
    }

    private void keep(ServiceName name, Turn turn) {
        Turn before = written.get(name);
        if (before != null && Turn.isSame(Optional.of(before), Optional.of(turn))) {
            return;
        }
        written.put(name, turn);
        // One that is open has yet to begin: the next boot is to find its time unseen to.
        Instant until = turn.open() ? turn.until().minusNanos(1) : turn.until();
        Path next = directory.resolve(name + ".next");
        try {
            Files.createDirectories(directory);
            Files.writeString(next, turn.schedule() + "\n" + until + "\n");
            Files.move(next, file(name), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            log.warn("service={} when it was last run is not kept for the next boot: {}", name, e.toString());
        }
    }

    /** Where a service stood at the end of an earlier boot; empty where that isn't known. */
    Optional<Turn> read(ServiceSpec spec) {
        if (spec.lifecycle().schedule().isEmpty()) {
            return Optional.empty();
        }
        try {
            List<String> lines = Files.readString(file(spec.name()), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            return Optional.of(new Turn(lines.get(0), Instant.parse(lines.get(1)), false, Optional.empty()));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException | DateTimeException | IndexOutOfBoundsException e) {
            log.warn("service={} when it was last run is not known: {}", spec.name(), e.toString());
            return Optional.empty();
        }
    }

    /** The service is no more. */
    void forget(ServiceName name) {
        written.remove(name);
        try {
            Files.deleteIfExists(file(name));
        } catch (IOException e) {
            log.warn("service={} {} not deleted: {}", name, file(name), e.toString());
        }
    }

    private Path file(ServiceName name) {
        return directory.resolve(name.value());
    }
}
