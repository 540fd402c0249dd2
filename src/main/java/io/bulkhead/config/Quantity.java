package io.bulkhead.config;

import io.bulkhead.spec.WrittenForm;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Numbers with units, as HOCON has them: a bare duration is in milliseconds, a bare size in bytes, {@code K} is 1024 and
 * {@code kB} 1000.
 *
 * @see <a href="https://github.com/lightbend/config/blob/main/HOCON.md#units-format">HOCON, units format</a>
 */
final class Quantity {
    static final String DURATION_UNITS = "units are ns, us, ms, s, m, h, d, a bare number is milliseconds";
    static final String SIZE_UNITS =
            "units are B, KiB, MiB, GiB, TiB (powers of 1024) and kB, MB, GB, TB (powers of 1000)";

    private static final int LONGEST = 64;
    private static final Pattern SYNTAX =
            Pattern.compile("([+-]?(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:[eE][+-]?[0-9]{1,9})?)\\s*([\\p{L}]*)");
    private static final Map<String, BigDecimal> NANOS = durationUnits();
    private static final Map<String, BigDecimal> BYTES = sizeUnits();

    private Quantity() {}

    /** A number without a unit; anything else, {@code NaN} and {@code Infinity} too, is refused. */
    static BigDecimal number(String text) throws Refusal {
        return scaled(text, Map.of("", BigDecimal.ONE), "is not a number");
    }

    /** In nanoseconds, perhaps with a fraction. */
    static BigDecimal nanos(String text) throws Refusal {
        return scaled(text, NANOS, "is not a duration: " + DURATION_UNITS);
    }

    /** In bytes, perhaps with a fraction. */
    static BigDecimal bytes(String text) throws Refusal {
        return scaled(text, BYTES, "is not a size: " + SIZE_UNITS);
    }

    /** In the largest unit that needs no fraction: {@code 4 h}. */
    static String text(Duration duration) {
        BigDecimal nanos = BigDecimal.valueOf(duration.toNanos());
        for (String unit : List.of("d", "h", "s", "ms")) {
            BigDecimal[] parts = nanos.divideAndRemainder(NANOS.getOrDefault(unit, BigDecimal.ONE));
            if (parts[0].signum() != 0 && parts[1].signum() == 0) {
                return parts[0].toPlainString() + ' ' + unit;
            }
        }
        return duration.isZero() ? "0 ms" : duration.toNanos() / 1_000 + " us";
    }

    static String text(long bytes) {
        return WrittenForm.size(bytes);
    }

    private static BigDecimal scaled(String text, Map<String, BigDecimal> units, String otherwise) throws Refusal {
        Matcher matcher = SYNTAX.matcher(text.strip());
        if (text.length() > LONGEST || !matcher.matches()) {
            throw new Refusal(otherwise);
        }
        BigDecimal unit = units.get(matcher.group(2));
        BigDecimal number = new BigDecimal(matcher.group(1));
        if (unit == null) {
            throw new Refusal(otherwise);
        }
        // 1e999999999 is a small object until somebody writes out its digits.
        if (Math.abs((long) number.scale()) > LONGEST) {
            throw new Refusal(number.signum() == 0 ? otherwise : "has too large an exponent");
        }
        return number.multiply(unit);
    }

    private static Map<String, BigDecimal> durationUnits() {
        Map<String, BigDecimal> units = new HashMap<>();
        names(units, 1, "ns", "nano", "nanos", "nanosecond", "nanoseconds");
        names(units, 1_000, "us", "micro", "micros", "microsecond", "microseconds");
        names(units, 1_000_000, "", "ms", "milli", "millis", "millisecond", "milliseconds");
        names(units, 1_000_000_000L, "s", "second", "seconds");
        names(units, 60_000_000_000L, "m", "minute", "minutes");
        names(units, 3_600_000_000_000L, "h", "hour", "hours");
        names(units, 86_400_000_000_000L, "d", "day", "days");
        return units;
    }

    private static Map<String, BigDecimal> sizeUnits() {
        Map<String, BigDecimal> units = new HashMap<>();
        names(units, 1, "", "B", "b", "byte", "bytes");
        List<String> decimal = List.of("kilo", "mega", "giga", "tera", "peta", "exa");
        List<String> binary = List.of("kibi", "mebi", "gibi", "tebi", "pebi", "exbi");
        for (int i = 0; i < decimal.size(); i++) {
            String small = decimal.get(i).substring(0, 1);
            String large = small.toUpperCase(Locale.ROOT);
            long thousands = BigDecimal.TEN.pow(3 * (i + 1)).longValueExact();
            names(units, thousands, (i == 0 ? small : large) + "B", decimal.get(i) + "byte", decimal.get(i) + "bytes");
            long powerOf1024 = 1L << (10 * (i + 1));
            names(units, powerOf1024, large, small, large + "i", large + "iB");
            names(units, powerOf1024, binary.get(i) + "byte", binary.get(i) + "bytes");
        }
        return units;
    }

    private static void names(Map<String, BigDecimal> units, long factor, String... names) {
        for (String name : names) {
            units.put(name, BigDecimal.valueOf(factor));
        }
    }
}
