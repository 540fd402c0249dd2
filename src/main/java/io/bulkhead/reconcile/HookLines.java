package io.bulkhead.reconcile;

import io.bulkhead.spec.Hook;
import io.bulkhead.spec.HookPoint;
import io.bulkhead.status.HookRun;
import io.bulkhead.status.HookStatus;
import io.bulkhead.status.ProcessId;
import io.bulkhead.status.ServiceState;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What a runtime record says of a service's hooks. */
record HookLines(HookStatus hooks) {
    private static final String RUN = "hook";
    private static final String OWED = "post-stop-owed";
    private static final String STATE = "verdict";
    private static final String DUE = "verdict-due";
    private static final String REASON = "verdict-reason";

    Map<String, String> lines() {
        Map<String, String> lines = new LinkedHashMap<>();
        hooks.run().ifPresent(run -> lines.put(RUN, text(run)));
        lines.put(OWED, Boolean.toString(hooks.owed()));
        hooks.verdict().ifPresent(verdict -> {
            lines.put(STATE, verdict.state().name());
            verdict.due().ifPresent(due -> lines.put(DUE, due.toString()));
            lines.put(REASON, verdict.reason());
        });
        return lines;
    }

    private static String text(HookRun run) {
        return run.point().name() + " " + run.where().name() + " "
                + run.timeout().toMillis()
                + run.process()
                        .map(id -> " " + id.pid() + " " + id.startTicks())
                        .orElse("");
    }

    /** A version that knew no hooks has left it open whether one is owed: it is, where the service wasn't down. */
    static HookStatus read(Map<String, String> lines, ServiceState state) {
        boolean up = switch (state) {
            case STARTING, RUNNING, STOPPING -> true;
            case STOPPED, BACKOFF, EXITED, FATAL, UNKNOWN -> false;
        };
        Optional<HookRun> run = Optional.ofNullable(lines.get(RUN)).map(HookLines::run);
        Optional<HookStatus.Verdict> verdict = Optional.ofNullable(lines.get(STATE))
                .map(text -> new HookStatus.Verdict(
                        ServiceState.valueOf(text),
                        Optional.ofNullable(lines.get(DUE)).map(Instant::parse),
                        lines.getOrDefault(REASON, "")));
        return new HookStatus(
                run, lines.getOrDefault(OWED, Boolean.toString(up)).equals("true"), verdict);
    }

    private static HookRun run(String text) {
        String[] words = text.split(" ", -1);
        Optional<ProcessId> process = words.length < 5
                ? Optional.empty()
                : Optional.of(new ProcessId(Integer.parseInt(words[3]), Long.parseLong(words[4])));
        return new HookRun(
                HookPoint.valueOf(words[0]),
                Hook.Where.valueOf(words[1]),
                Duration.ofMillis(Long.parseLong(words[2])),
                process,
                false);
    }
}
