package io.bulkhead.config;

import io.bulkhead.spec.Hook;
import io.bulkhead.spec.HookPoint;
import io.bulkhead.spec.Hooks;
import io.bulkhead.spec.Reload;
import io.bulkhead.spec.Signal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** The sections of a service that name commands around its run: {@code pre-start}, {@code post-stop}, {@code reload}. */
final class HooksReader {
    private static final Scalar<Duration> TIME = Scalar.duration(Duration.ofMillis(1));
    private static final String NONE = "none";

    private final Section service;

    HooksReader(Section service) {
        this.service = service;
    }

    Hooks read() {
        return new Hooks(read(HookPoint.PRE_START), read(HookPoint.POST_STOP), reload());
    }

    private Reload reload() {
        Section section = service.section("reload");
        Optional<Signal> signal =
                section.get("signal", PolicyReader.SIGNAL.or(NONE)).flatMap(given -> given);
        Optional<Hook> command = hook(section);
        section.done();
        if (signal.isPresent() && command.isPresent()) {
            section.conflict(List.of("signal", "command"), "only one of signal and command can tell it");
        }
        return new Reload(signal, command);
    }

    private Optional<Hook> read(HookPoint point) {
        Section section = service.section(point.toString());
        Optional<Hook> hook = hook(section);
        section.done();
        return hook;
    }

    private static Optional<Hook> hook(Section section) {
        return command(section, () -> {
            pointless(section, "timeout");
            return section.get("timeout", TIME, Hook.TIMEOUT);
        });
    }

    /** The keys {@code command} and {@code where}. */
    static Optional<Hook> command(Section section, Supplier<Duration> time) {
        Optional<List<String>> command = command(section);
        Duration timeout = time.get();
        Hook.Where where = section.get("where", Scalar.choice(Hook.Where.class), Hook.Where.CONTAINER);
        pointless(section, "where");
        return command.map(words -> new Hook(words, timeout, where));
    }

    private static void pointless(Section section, String key) {
        if (!section.has("command")) {
            section.pointless(List.of(key), "alone: command is needed");
        }
    }

    private static Optional<List<String>> command(Section section) {
        if (section.isEmptyList("command")) {
            return Optional.empty();
        }
        Optional<List<String>> words = CommandReader.read(section, "command", "a list of words, a string, or none");
        return !section.isList("command") && words.equals(Optional.of(List.of(NONE))) ? Optional.empty() : words;
    }
}
