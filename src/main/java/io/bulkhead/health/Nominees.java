package io.bulkhead.health;

import io.bulkhead.spec.ServiceSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Whom a service names as its main process in what it tells. Of the loop's thread. */
final class Nominees {
    /** Of all that are named in a row, these come last. */
    private static final int MOST = 16;

    /** Each that is named has the daemon look at it: one in so long, */
    private static final Duration PACE = Duration.ofMillis(100);
    /** but so many may come at once. */
    private static final int AT_ONCE = 20;

    private boolean passedOver;
    private int credit = AT_ONCE;
    private long earned;

    /**
     * Those to be looked at, in the order in which they were named; none where the last word was of the one that is it. Where
     * none can be another, the first to be named is told of once.
     *
     * @param main the main process' pid
     */
    List<Integer> in(List<NotifyMessage> messages, ServiceSpec spec, int main) {
        Set<Integer> named = new LinkedHashSet<>();
        int known = spec.namesMainProcess() ? main : 1; // it is process 1 of its own namespace
        for (NotifyMessage message : messages) {
            message.mainPid().ifPresent(pid -> {
                named.remove(pid);
                if (pid == known) {
                    named.clear();
                } else {
                    named.add(pid);
                }
            });
        }
        if (named.isEmpty() || passedOver) {
            return List.of();
        }
        List<Integer> last = new ArrayList<>(named).subList(Math.max(0, named.size() - MOST), named.size());
        passedOver = !spec.namesMainProcess();
        return List.copyOf(last);
    }

    /**
     * Some have been named: how long nothing more is to be heard, so that a service that names some without end is heard less
     * often.
     *
     * @param now nanoseconds since any time before
     */
    Duration rest(long now) {
        long more = (now - earned) / PACE.toNanos();
        earned += more * PACE.toNanos();
        credit = (int) Math.min(AT_ONCE, credit + more);
        if (credit == 0) {
            return PACE;
        }
        credit--;
        return Duration.ZERO;
    }
}
