package io.bulkhead.spec;

import java.math.BigDecimal;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Values as a configuration would write them. What is compared, hashed and recorded has its own form, which never changes. */
public final class WrittenForm {
    private static final Pattern BYTES = Pattern.compile("\\b([0-9]{1,18}) B\\b");

    private WrittenForm() {}

    /** Of a {@link SpecKey}'s canonical text. */
    static String of(String path, String value) {
        return switch (path) {
            case "memory.max", "memory.high", "memory.low", "memory.swap", "hugetlb", "log.max-size" -> sizes(value);
            case "restart.backoff.jitter" -> percent(new BigDecimal(value).movePointRight(2));
            case "restart.on.memory-pressure.duration" -> or(value, SpecKey.text(Strain.Pressure.DURATION));
            case "restart.on.memory-pressure.min-uptime" -> or(value, SpecKey.text(Strain.Pressure.MIN_UPTIME));
            default -> value;
        };
    }

    /** In the largest power of 1024 that needs no fraction: {@code 4 KiB}. */
    public static String size(long bytes) {
        String unit = "B";
        long count = bytes;
        for (String larger : List.of("KiB", "MiB", "GiB", "TiB", "PiB", "EiB")) {
            if (count == 0 || count % 1024 != 0) {
                break;
            }
            count /= 1024;
            unit = larger;
        }
        return count + " " + unit;
    }

    private static String sizes(String value) {
        return BYTES.matcher(value).replaceAll(found -> Matcher.quoteReplacement(size(Long.parseLong(found.group(1)))));
    }

    private static String percent(BigDecimal value) {
        return value.signum() == 0 ? "0%" : value.stripTrailingZeros().toPlainString() + "%";
    }

    private static String or(String value, String otherwise) {
        return value.isEmpty() ? otherwise : value;
    }
}
