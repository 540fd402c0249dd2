package io.bulkhead.reconcile;

import io.bulkhead.generations.Generation;
import io.bulkhead.reconcile.Reconfiguration.ChangedException;
import io.bulkhead.spec.HostSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The plans that were shown lately: their names, and what they were to lead to. Thread-safe. */
final class Plans {
    private static final int REMEMBERED = 16;

    private final Map<String, HostSpec> shown = new LinkedHashMap<>();

    /** What is in force, a dash, what is to be: each half tells by itself what has changed. */
    synchronized String hash(HostSpec before, HostSpec next) {
        String target = Differences.hash(next, true);
        shown.remove(target);
        shown.put(target, next);
        if (shown.size() > REMEMBERED) {
            shown.remove(shown.keySet().iterator().next());
        }
        return Differences.hash(before, true) + "-" + target;
    }

    /** Throws unless the plan from one to the other is the one that was shown. */
    synchronized void require(String hash, HostSpec before, HostSpec next, Generation current) throws ChangedException {
        String[] halves = hash.split("-", 2);
        List<String> since = new ArrayList<>();
        if (halves.length < 2) {
            since.add("\"" + hash + "\" is not what plan prints as its hash");
        } else {
            if (!halves[0].equals(Differences.hash(before, true))) {
                since.add("in force is another configuration: " + current);
            }
            if (!halves[1].equals(Differences.hash(next, true))) {
                HostSpec then = shown.get(halves[1]);
                since.add("the files say something else"
                        + (then == null ? "" : ": " + Chronicle.summary(Differences.between(then, next))));
            }
        }
        if (!since.isEmpty()) {
            throw new ChangedException(since);
        }
    }
}
