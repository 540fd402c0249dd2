package io.bulkhead.plan;

import io.bulkhead.status.ServiceState;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Which states have met which events, and which have to. */
final class Coverage {
    private static final List<String> ALIVE = List.of("STARTING", "RUNNING", "STOPPING");

    private final Map<String, Integer> pairs = new TreeMap<>();

    void count(ServiceState state, String event) {
        pairs.merge(state + " " + event, 1, Integer::sum);
    }

    /** What every state can meet and none has: empty after a run that is long enough. */
    Set<String> missing() {
        Set<String> wanted = new TreeSet<>();
        for (String state : List.of("STOPPED", "STARTING", "RUNNING", "BACKOFF", "STOPPING", "EXITED", "FATAL")) {
            for (String event : List.of(
                    "operator's start",
                    "operator's stop",
                    "declared anew",
                    "not declared",
                    "more instances",
                    "fewer instances",
                    "end of the daemon",
                    "its time")) {
                wanted.add(state + " " + event);
            }
        }
        for (String state : ALIVE) {
            for (String event : List.of(
                    "end",
                    "another main process",
                    "strain",
                    "ready",
                    "unhealthy",
                    "rolling restart",
                    "reload-service")) {
                wanted.add(state + " " + event);
            }
            wanted.add(state + " end of reload-service");
        }
        for (String state : List.of("STARTING", "STOPPING")) {
            wanted.addAll(List.of(state + " end of a hook", state + " done: RunHook", state + " failed: RunHook"));
        }
        wanted.addAll(List.of(
                "STARTING done: Start",
                "STARTING failed: Start",
                "STOPPED done: KillGroup",
                "BACKOFF done: KillGroup",
                "EXITED done: KillGroup",
                "FATAL done: KillGroup",
                "STOPPING done: KillGroup",
                "STOPPING failed: KillGroup",
                "STOPPING done: RemoveGroup",
                "STOPPING failed: RemoveGroup"));
        wanted.removeAll(pairs.keySet());
        return wanted;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        pairs.forEach((pair, times) -> text.append(String.format("%-34s %9d%n", pair, times)));
        return text.toString();
    }
}
