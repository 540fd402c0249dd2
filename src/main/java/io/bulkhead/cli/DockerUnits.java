package io.bulkhead.cli;

import io.bulkhead.cli.ControlClient.ControlException;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers as {@code docker run} takes them. */
final class DockerUnits {
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,18}(?:\\.[0-9]{1,9})?) ?([bkmgtp]?)(?:i?b)?");

    private DockerUnits() {}

    /** {@code 512m}: a number with b, k, m, g or t, powers of 1024, as the configuration has it. */
    static String size(String option, String text) throws ControlException {
        return bytes(option, text) + " B";
    }

    static long bytes(String option, String text) throws ControlException {
        Matcher matcher = SIZE.matcher(text.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw wrong(option, text, "a size: a number of bytes, or one with k, m, g or t");
        }
        int power = Math.max(0, "bkmgtp".indexOf(matcher.group(2).isEmpty() ? "b" : matcher.group(2)));
        BigDecimal bytes = new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(1L << (10 * power)));
        if (bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            throw wrong(option, text, "a size of less than 8 EiB");
        }
        return bytes.longValue();
    }

    /** 2 to 262144, 1024 being everybody's, as a weight of 1 to 10000, 100 being everybody's. */
    static int weight(String option, long shares) throws ControlException {
        if (shares < 2 || shares > 262_144) {
            throw wrong(option, Long.toString(shares), "2 to 262144");
        }
        return (int) Math.max(1, Math.min(10_000, Math.round(shares * 100 / 1024.0)));
    }

    /** 10 to 1000, bfq's own, as a weight of 1 to 10000 that becomes it. */
    static int ioWeight(String option, int weight) throws ControlException {
        if (weight < 10 || weight > 1000) {
            throw wrong(option, Integer.toString(weight), "10 to 1000");
        }
        return weight <= 100 ? weight : 100 + (weight - 100) * 11;
    }

    static ControlException wrong(String option, String text, String allowed) {
        return new ControlException(option + ": \"" + text + "\" is not " + allowed, ExitCodes.OURS);
    }
}
