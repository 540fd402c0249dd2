package io.bulkhead.plan;

import static io.bulkhead.status.ServiceState.RUNNING;
import static io.bulkhead.status.ServiceState.STARTING;
import static io.bulkhead.status.ServiceState.STOPPED;
import static io.bulkhead.status.ServiceState.STOPPING;
import static io.bulkhead.status.ServiceState.UNKNOWN;

import io.bulkhead.status.ServiceState;
import java.util.EnumSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Every pair of a state and an event: how often it was met, whether it has to be, or that it cannot be. */
final class Coverage {
    private static final Set<ServiceState> STATES = EnumSet.complementOf(EnumSet.of(UNKNOWN));
    private static final Set<ServiceState> ALIVE = EnumSet.of(STARTING, RUNNING, STOPPING);
    private static final Set<ServiceState> DOWN =
            EnumSet.complementOf(EnumSet.of(STARTING, RUNNING, STOPPING, UNKNOWN));
    private static final Set<ServiceState> HOOKED = EnumSet.of(STARTING, STOPPING);
    private static final Set<ServiceState> NONE = Set.of();

    private final TreeMap<String, Row> rows = new TreeMap<>();

    /** An event: who has to meet it, who may as well, and how often each has. */
    private static final class Row {
        final Set<ServiceState> wanted;
        final Set<ServiceState> possible;
        final TreeMap<ServiceState, Integer> met = new TreeMap<>();

        Row(Set<ServiceState> wanted, Set<ServiceState> rare) {
            this.wanted = wanted;
            this.possible = EnumSet.noneOf(ServiceState.class);
            possible.addAll(wanted);
            possible.addAll(rare);
        }
    }

    Coverage() {
        row("operator's start", STATES, NONE);
        row("operator's stop", STATES, NONE);
        row("declared anew", STATES, NONE);
        row("not declared", STATES, NONE);
        row("more instances", STATES, NONE);
        row("fewer instances", STATES, NONE);
        row("end of the daemon", STATES, NONE);
        row("its time", STATES, NONE);
        row("end", ALIVE, NONE);
        row("another main process", ALIVE, NONE);
        row("strain", ALIVE, NONE);
        row("ready", ALIVE, NONE);
        row("unhealthy", ALIVE, NONE);
        row("rolling restart", ALIVE, NONE);
        row("reload-service", ALIVE, NONE);
        row("end of reload-service", ALIVE, DOWN);
        row("end of a hook", HOOKED, NONE);
        row("done: RunHook", HOOKED, NONE);
        row("failed: RunHook", HOOKED, NONE);
        row("done: Start", EnumSet.of(STARTING), NONE);
        row("failed: Start", EnumSet.of(STARTING), NONE);
        Set<ServiceState> killed = EnumSet.copyOf(DOWN);
        killed.add(STOPPING);
        row("done: KillGroup", killed, EnumSet.of(STARTING));
        row("failed: KillGroup", EnumSet.of(STOPPING), EnumSet.complementOf(EnumSet.of(RUNNING, UNKNOWN)));
        row("done: RemoveGroup", EnumSet.of(STOPPING), EnumSet.of(STOPPED));
        row("failed: RemoveGroup", EnumSet.of(STOPPING), EnumSet.of(STOPPED));
    }

    private void row(String event, Set<ServiceState> wanted, Set<ServiceState> rare) {
        rows.put(event, new Row(wanted, rare));
    }

    void count(ServiceState state, String event) {
        Row row = rows.get(event);
        if (row == null || !row.possible.contains(state)) {
            throw new AssertionError("the table has it that " + state + " never meets: " + event);
        }
        row.met.merge(state, 1, Integer::sum);
    }

    /** What has to be met and has not been: empty after a run that is long enough. */
    Set<String> missing() {
        Set<String> missing = new TreeSet<>();
        rows.forEach((event, row) -> row.wanted.stream()
                .filter(state -> !row.met.containsKey(state))
                .forEach(state -> missing.add(state + " " + event)));
        return missing;
    }

    /** A line an event; a dash stands for what cannot be. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(String.format("%-22s", ""));
        STATES.forEach(state -> text.append(String.format(" %8s", state)));
        rows.forEach((event, row) -> {
            text.append(String.format("%n%-22s", event));
            for (ServiceState state : STATES) {
                Object met = row.possible.contains(state) ? row.met.getOrDefault(state, 0) : "-";
                text.append(String.format(" %8s", met));
            }
        });
        return text.append('\n').toString();
    }
}
