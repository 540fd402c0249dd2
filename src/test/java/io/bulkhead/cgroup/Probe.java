package io.bulkhead.cgroup;

import io.bulkhead.spec.Limits;
import java.util.Locale;

/**
 * How one controller's limit is seen to hold.
 *
 * @param controller the kernel's name in this version
 * @param key of the specification that is tried; empty for one that has none
 * @param first limits
 * @param second limits that the first are changed to, live
 * @param check measures whether the limits in force hold
 * @param drift a file and what somebody might write to it; empty where there is nothing to be written
 */
record Probe(String controller, String key, Limits first, Limits second, Check check, Drift drift) {
    /** What somebody else writes behind our back. */
    record Drift(String file, String content) {}

    /** Measures. */
    interface Check {
        Verdict measure(ProbeBed bed, String group, Limits limits) throws Exception;
    }

    /** What was measured, and whether that is as it should be. */
    record Verdict(boolean good, String text) {
        static Verdict of(boolean good, String format, Object... values) {
            return new Verdict(good, String.format(Locale.ROOT, format, values));
        }

        @Override
        public String toString() {
            return (good ? "" : "FAILED ") + text;
        }
    }
}
