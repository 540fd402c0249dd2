package io.bulkhead.reconcile;

import io.bulkhead.spec.Signal;
import io.bulkhead.spec.SpecKey;
import io.bulkhead.spec.StopPolicy;
import io.bulkhead.status.ExitStatus;
import io.bulkhead.status.HealthState;
import io.bulkhead.status.ProcessId;
import io.bulkhead.status.Progress;
import io.bulkhead.status.ServiceState;
import io.bulkhead.status.ServiceStatus;
import io.bulkhead.status.Turn;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * A runtime record as text: {@code bulkhead-record VERSION}, a line for each thing known, and a checksum, by which a file
 * that was cut short or is somebody else's is told from one of ours.
 *
 * <p>A later version adds lines and never gives one another meaning; so an earlier one reads what it knows, and a later one
 * takes what is missing for unknown. Another boot's record is as none: it tells of processes that are no more.
 */
final class RecordText {
    private static final String FIRST_LINE = "bulkhead-record 1";
    private static final String ANY_VERSION = "bulkhead-record ";
    private static final String LAUNCH = "launch.";

    private final String bootId;

    /** @param bootId of the kernel that runs */
    RecordText(String bootId) {
        this.bootId = bootId;
    }

    byte[] write(RuntimeRecord record) {
        ServiceStatus status = record.status();
        StringBuilder text = new StringBuilder(1024).append(FIRST_LINE).append('\n');
        line(text, "boot", bootId);
        line(text, "state", status.state().name());
        line(text, "process", status.process().map(RecordText::process));
        line(text, "started-at", status.startedAt());
        line(text, "ended-at", status.endedAt());
        line(text, "exit", status.lastExit().map(RecordText::exit));
        line(text, "short-runs", status.shortRuns());
        StringBuilder restarts = new StringBuilder();
        for (Instant restart : status.restarts()) {
            restarts.append(restarts.length() == 0 ? "" : " ").append(restart);
        }
        line(text, "restarts", restarts);
        line(text, "restart-count", status.restartCount());
        line(text, "due", status.due());
        line(
                text,
                "stop",
                status.stop().signal() + " " + status.stop().timeout().toMillis());
        line(text, "reason", status.reason());
        line(text, "signalled", record.signalled());
        if (status.progress().ready()) {
            line(text, "ready", true);
        }
        status.progress()
                .failure()
                .ifPresent(why -> line(text, why.fatal() ? "fatal-failure" : "failure", why.reason()));
        status.turn().ifPresent(turn -> {
            line(text, "schedule", turn.schedule());
            line(text, "seen-until", turn.until());
            line(text, "run-is-due", turn.open());
        });
        new HookLines(status.hooks()).lines().forEach((key, value) -> line(text, key, value));
        line(text, "setback", status.setback());
        line(text, "replaced", record.replaced().map(RecordText::process));
        line(text, "override", record.override().map(run -> run ? "start" : "stop"));
        line(text, "limits", record.limits());
        record.launchKeys().forEach((key, value) -> line(text, LAUNCH + key, value));
        String sum = sum(text);
        text.append("sum=").append(sum).append('\n');
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void line(StringBuilder text, String key, Object value) {
        Object bare = value instanceof Optional<?> optional ? optional.orElse(null) : value;
        if (bare == null) {
            return;
        }
        text.append(key).append('=');
        String line = bare.toString();
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            switch (c) {
                case '\n' -> text.append("\\n");
                case '\\' -> text.append("\\\\");
                default -> text.append(c);
            }
        }
        text.append('\n');
    }

    private static String sum(CharSequence text) {
        CRC32 crc = new CRC32();
        crc.update(text.toString().getBytes(StandardCharsets.UTF_8));
        return Long.toHexString(crc.getValue());
    }

    /** Empty where it is not whole, not ours, or of another boot. */
    Optional<RuntimeRecord> read(byte[] file) {
        String text = new String(file, StandardCharsets.UTF_8);
        int last = text.lastIndexOf("\nsum=");
        if (!text.startsWith(ANY_VERSION)
                || last < 0
                || !text.substring(last + 1).equals("sum=" + sum(text.substring(0, last + 1)) + "\n")) {
            return Optional.empty();
        }
        Map<String, String> values = new HashMap<>();
        Map<String, String> launchKeys = new HashMap<>();
        for (String line : text.substring(0, last).lines().toList()) {
            int sign = line.indexOf('=');
            if (sign > 0 && line.startsWith(LAUNCH)) {
                launchKeys.put(line.substring(LAUNCH.length(), sign), unescape(line.substring(sign + 1)));
            } else if (sign > 0) {
                values.put(line.substring(0, sign), unescape(line.substring(sign + 1)));
            }
        }
        if (!bootId.equals(values.get("boot"))) {
            return Optional.empty();
        }
        try {
            return Optional.of(record(values, launchKeys));
        } catch (IllegalArgumentException | java.time.DateTimeException | IndexOutOfBoundsException e) {
            return Optional.empty(); // a state or a signal that a later version knows
        }
    }

    private static RuntimeRecord record(Map<String, String> values, Map<String, String> launchKeys) {
        List<Instant> restarts = new ArrayList<>();
        for (String restart : values.getOrDefault("restarts", "").split(" ", -1)) {
            if (!restart.isEmpty()) {
                restarts.add(Instant.parse(restart));
            }
        }
        ServiceState state = ServiceState.valueOf(values.getOrDefault("state", ""));
        ServiceStatus status = new ServiceStatus(
                state,
                value(values, "process").map(RecordText::process),
                launchKeys.isEmpty() ? Optional.empty() : Optional.of(SpecKey.launchHash(launchKeys)),
                value(values, "started-at").map(Instant::parse),
                value(values, "ended-at").map(Instant::parse),
                value(values, "exit").map(RecordText::exit),
                Integer.parseInt(values.getOrDefault("short-runs", "0")),
                restarts,
                Integer.parseInt(values.getOrDefault("restart-count", "0")),
                // Who is starting is given the whole time once more.
                state == ServiceState.STARTING
                        ? Optional.empty()
                        : value(values, "due").map(Instant::parse),
                Optional.empty(),
                value(values, "stop").map(RecordText::stop).orElse(StopPolicy.DEFAULT),
                values.getOrDefault("reason", ""),
                progress(values),
                turn(values),
                HookLines.read(values, state),
                value(values, "setback"));
        return new RuntimeRecord(
                status,
                values.getOrDefault("limits", ""),
                launchKeys,
                values.getOrDefault("signalled", "").equals("true"),
                value(values, "override").map("start"::equals),
                value(values, "replaced").map(RecordText::process));
    }

    private static Progress progress(Map<String, String> values) {
        Optional<Progress.Failure> failure = value(values, "failure")
                .map(reason -> new Progress.Failure(reason, false))
                .or(() -> value(values, "fatal-failure").map(reason -> new Progress.Failure(reason, true)));
        boolean ready = values.getOrDefault("ready", "").equals("true");
        return new Progress(ready, HealthState.NONE, failure, Optional.empty());
    }

    private static Optional<Turn> turn(Map<String, String> values) {
        return value(values, "schedule")
                .map(schedule -> new Turn(
                        schedule,
                        Instant.parse(values.getOrDefault("seen-until", "")),
                        values.getOrDefault("run-is-due", "").equals("true"),
                        Optional.empty()));
    }

    private static Optional<String> value(Map<String, String> values, String key) {
        return Optional.ofNullable(values.get(key));
    }

    private static String process(ProcessId process) {
        return process.pid() + " " + process.startTicks();
    }

    private static ProcessId process(String text) {
        String[] words = text.split(" ", -1);
        return new ProcessId(Integer.parseInt(words[0]), Long.parseLong(words[1]));
    }

    private static StopPolicy stop(String text) {
        String[] words = text.split(" ", -1);
        return new StopPolicy(Signal.valueOf(words[0]), Duration.ofMillis(Long.parseLong(words[1])));
    }

    private static String exit(ExitStatus exit) {
        if (exit instanceof ExitStatus.Exited exited) {
            return "exited " + exited.code();
        }
        if (exit instanceof ExitStatus.Signaled signaled) {
            return "signaled " + signaled.signal()
                    + (signaled.coreDumped() ? " core" : "")
                    + (signaled.oomKilled() ? " oom" : "");
        }
        return exit instanceof ExitStatus.Unknown unknown && unknown.unseen() ? "unknown unseen" : "unknown";
    }

    private static ExitStatus exit(String text) {
        List<String> words = List.of(text.split(" ", -1));
        return switch (words.get(0)) {
            case "exited" -> new ExitStatus.Exited(Integer.parseInt(words.get(1)));
            case "signaled" ->
                new ExitStatus.Signaled(Integer.parseInt(words.get(1)), words.contains("core"), words.contains("oom"));
            default -> new ExitStatus.Unknown(words.contains("unseen"));
        };
    }

    private static String unescape(String text) {
        if (text.indexOf('\\') < 0) {
            return text;
        }
        StringBuilder plain = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\' && i + 1 < text.length()) {
                c = text.charAt(++i) == 'n' ? '\n' : text.charAt(i);
            }
            plain.append(c);
        }
        return plain.toString();
    }
}
