package io.bulkhead.doctor;

import java.util.List;

/**
 * One thing that a host offers, or doesn't.
 *
 * @param area what it belongs to: {@code kernel}, {@code controllers}
 * @param detail what was found
 * @param remedy how to get what is missing; empty where nothing is
 */
public record Finding(String area, String name, Verdict verdict, String detail, String remedy) {
    /** What a finding means for Bulkhead. */
    public enum Verdict {
        OK,
        /** It works, but for something that a configuration may ask for. */
        LIMITED,
        /** It cannot work. */
        MISSING
    }

    static Finding ok(String area, String name, String detail) {
        return new Finding(area, name, Verdict.OK, detail, "");
    }

    static Finding limited(String area, String name, String detail, String remedy) {
        return new Finding(area, name, Verdict.LIMITED, detail, remedy);
    }

    static Finding missing(String area, String name, String detail, String remedy) {
        return new Finding(area, name, Verdict.MISSING, detail, remedy);
    }

    /** Whether Bulkhead can work where this is all that was found. */
    public static boolean canWork(List<Finding> findings) {
        return findings.stream().noneMatch(finding -> finding.verdict == Verdict.MISSING);
    }
}
