package io.bulkhead.health;

import io.bulkhead.spec.Evidence;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/**
 * What a service has told in one message. What it says of descriptors and errors is passed over.
 *
 * @param ready it has come up, or has reloaded
 * @param reloading it reads its configuration again
 * @param stopping it is going down
 * @param watchdog what it says to the watchdog
 * @param extend how much more time it wants to come up, from now on
 * @param within how long it may be silent at most, from now on
 * @param status what it is doing
 * @param mainPid which process is the main one from now on, by its pid, which need not be anybody's: 1 to 4194304
 * @see <a href="https://man7.org/linux/man-pages/man3/sd_notify.3.html">sd_notify(3)</a>
 */
record NotifyMessage(
        boolean ready,
        boolean reloading,
        boolean stopping,
        Watchdog watchdog,
        Optional<Duration> extend,
        Optional<Duration> within,
        Optional<String> status,
        Optional<Integer> mainPid) {
    private static final int LONGEST_STATUS = 200;
    /** PID_MAX_LIMIT of the kernel, proc_sys_kernel(5). */
    private static final int MOST_PID = 1 << 22;

    /** 365 days in microseconds. */
    private static final long LONGEST = 365L * 86_400 * 1_000_000;

    private static final Duration SHORTEST_WITHIN = Duration.ofMillis(10);

    /** What can be said to the watchdog. */
    enum Watchdog {
        NOTHING,
        ALIVE,
        /** It is to be treated as if it had been silent for too long. */
        TRIGGER
    }

    static NotifyMessage of(byte[] bytes, int count) {
        Builder builder = new Builder();
        // Split before it is decoded: a newline is one wherever it stands, and the text may be none.
        int from = 0;
        for (int i = 0; i <= count; i++) {
            if (i == count || bytes[i] == '\n') {
                builder.take(bytes, from, i);
                from = i + 1;
            }
        }
        return builder.message();
    }

    private static final class Builder {
        private boolean ready;
        private boolean reloading;
        private boolean stopping;
        private Watchdog watchdog = Watchdog.NOTHING;
        private Optional<Duration> extend = Optional.empty();
        private Optional<Duration> within = Optional.empty();
        private Optional<String> status = Optional.empty();
        private Optional<Integer> mainPid = Optional.empty();

        void take(byte[] bytes, int from, int to) {
            String line = new String(bytes, from, to - from, StandardCharsets.UTF_8);
            int sign = line.indexOf('=');
            if (sign < 0) {
                return;
            }
            String value = line.substring(sign + 1);
            switch (line.substring(0, sign)) {
                case "READY" -> ready |= value.equals("1");
                case "RELOADING" -> reloading |= value.equals("1");
                case "STOPPING" -> stopping |= value.equals("1");
                case "WATCHDOG" ->
                    watchdog = switch (value) {
                        case "1" -> Watchdog.ALIVE;
                        case "trigger" -> Watchdog.TRIGGER;
                        default -> watchdog;
                    };
                case "EXTEND_TIMEOUT_USEC" -> extend = micros(value).or(() -> extend);
                case "WATCHDOG_USEC" ->
                    within = micros(value)
                            .filter(time -> time.compareTo(SHORTEST_WITHIN) >= 0)
                            .or(() -> within);
                case "STATUS" -> status = Optional.of(Evidence.line(value, LONGEST_STATUS));
                case "MAINPID" -> mainPid = pid(value).or(() -> mainPid);
                default -> {}
            }
        }

        private static Optional<Duration> micros(String value) {
            return number(value).map(micros -> Duration.ofNanos(Math.min(LONGEST, micros) * 1_000));
        }

        private static Optional<Integer> pid(String value) {
            return number(value).filter(pid -> pid >= 1 && pid <= MOST_PID).map(Long::intValue);
        }

        private static Optional<Long> number(String value) {
            boolean digits =
                    !value.isEmpty() && value.length() <= 18 && value.chars().allMatch(c -> c >= '0' && c <= '9');
            return digits ? Optional.of(Long.parseLong(value)) : Optional.empty();
        }

        NotifyMessage message() {
            return new NotifyMessage(ready, reloading, stopping, watchdog, extend, within, status, mainPid);
        }
    }
}
