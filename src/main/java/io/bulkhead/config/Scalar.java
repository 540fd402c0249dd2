package io.bulkhead.config;

import com.typesafe.config.ConfigValue;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How a scalar's text becomes a value. HOCON's numbers and booleans are taken as they are written, since what comes out
 * of an environment variable is a string in any case.
 *
 * @param allowed what is allowed, in words that fit behind "is not": {@code a whole number from 0 to 5}
 */
record Scalar<T>(String allowed, Reader<T> reader) {
    /** The longest duration there is a use for; it also keeps sums of durations and instants from overflowing. */
    static final Duration LONGEST = Duration.ofDays(365);
    /** The largest size there is a use for. */
    static final long LARGEST = 1L << 60;

    interface Reader<T> {
        T read(String text) throws Refusal;
    }

    /** The text of a string, a number or a boolean, as it was written. */
    static String text(ConfigValue value) {
        return value.atKey("v").getString("v");
    }

    T read(String text) throws Refusal {
        if (text.indexOf('\0') >= 0) {
            throw new Refusal("holds a NUL character");
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw new Refusal("holds half a surrogate pair, which is no character");
        }
        return reader.read(text);
    }

    /** Any text. */
    static Scalar<String> any() {
        return new Scalar<>("a string", text -> text);
    }

    /** A text that matches. */
    static Scalar<String> matching(String allowed, Pattern pattern) {
        return new Scalar<>(allowed, text -> {
            if (!pattern.matcher(text).matches()) {
                throw new Refusal("is not " + allowed);
            }
            return text;
        });
    }

    static Scalar<Boolean> bool() {
        return choice(yesAndNo(), "true or false");
    }

    /** Whole numbers from {@code min} to {@code max}. */
    static Scalar<Long> integer(long min, long max) {
        String allowed = "a whole number from " + min + " to " + max;
        return new Scalar<>(allowed, text -> {
            try {
                BigDecimal number = Quantity.number(text);
                inRange(number, BigDecimal.valueOf(min), BigDecimal.valueOf(max), min + " to " + max);
                return number.longValueExact();
            } catch (ArithmeticException e) {
                throw new Refusal("is not " + allowed);
            } catch (Refusal e) {
                throw e.predicate().equals("is not a number") ? new Refusal("is not " + allowed) : e;
            }
        });
    }

    /** Whole numbers of 64 bits without a sign. */
    static Scalar<Long> unsigned() {
        String allowed = "a whole number from 0 to 18446744073709551615";
        return new Scalar<>(allowed, text -> {
            try {
                return Long.parseUnsignedLong(text);
            } catch (NumberFormatException e) {
                throw new Refusal("is not " + allowed);
            }
        });
    }

    /** Numbers with a fraction from {@code min} to {@code max}. */
    static Scalar<Double> decimal(int min, int max) {
        String allowed = "a number from " + min + " to " + max;
        return new Scalar<>(allowed, text -> {
            try {
                BigDecimal number = Quantity.number(text);
                inRange(number, BigDecimal.valueOf(min), BigDecimal.valueOf(max), min + " to " + max);
                return number.doubleValue();
            } catch (Refusal e) {
                throw e.predicate().equals("is not a number") ? new Refusal("is not " + allowed) : e;
            }
        });
    }

    /** A share: {@code 20%} or {@code 0.2}; 0 or more. */
    static Scalar<BigDecimal> share() {
        String allowed = "a share such as 20% or 0.2";
        return new Scalar<>(allowed, text -> {
            String stripped = text.strip();
            boolean percent = stripped.endsWith("%");
            try {
                BigDecimal number = Quantity.number(percent ? stripped.substring(0, stripped.length() - 1) : stripped);
                if (number.signum() < 0) {
                    throw new Refusal("is negative");
                }
                return percent ? number.movePointLeft(2) : number;
            } catch (Refusal e) {
                throw e.predicate().equals("is not a number") ? new Refusal("is not " + allowed) : e;
            }
        });
    }

    /** A share from 0 to {@code max}. */
    static Scalar<BigDecimal> share(int max) {
        Scalar<BigDecimal> share = share();
        return new Scalar<>(share.allowed(), text -> {
            BigDecimal found = share.read(text);
            inRange(found, BigDecimal.ZERO, BigDecimal.valueOf(max), "0% to " + 100 * max + "%");
            return found;
        });
    }

    /** Whole microseconds, the finest the kernel takes, from {@code min} to {@code max}. */
    static Scalar<Duration> duration(Duration min, Duration max) {
        String range = Quantity.text(min) + " to " + Quantity.text(max);
        return new Scalar<>("a duration from " + range, text -> {
            BigDecimal nanos = Quantity.nanos(text);
            inRange(nanos, BigDecimal.valueOf(min.toNanos()), BigDecimal.valueOf(max.toNanos()), range);
            BigDecimal micros = nanos.movePointLeft(3);
            if (micros.compareTo(micros.setScale(0, RoundingMode.DOWN)) != 0) {
                throw new Refusal("is not a whole number of microseconds");
            }
            return Duration.ofNanos(nanos.longValueExact());
        });
    }

    /** From {@code min} up to {@link #LONGEST}. */
    static Scalar<Duration> duration(Duration min) {
        return duration(min, LONGEST);
    }

    /** Whole bytes from {@code min} to {@link #LARGEST}. */
    static Scalar<Long> size(long min) {
        String range = Quantity.text(min) + " to " + Quantity.text(LARGEST);
        return new Scalar<>("a size from " + range, text -> {
            BigDecimal bytes = Quantity.bytes(text);
            inRange(bytes, BigDecimal.valueOf(min), BigDecimal.valueOf(LARGEST), range);
            try {
                return bytes.longValueExact();
            } catch (ArithmeticException e) {
                throw new Refusal("is not a whole number of bytes");
            }
        });
    }

    /** Permission bits, 0000 to 0777 in octal. */
    static Scalar<Integer> octal() {
        return octal(0777);
    }

    /** Permission bits, from 0000 to {@code max} in octal. */
    static Scalar<Integer> octal(int max) {
        return new Scalar<>("an octal number such as 0022", text -> {
            if (!text.matches("0?[0-7]{1,4}") || Integer.parseInt(text, 8) > max) {
                throw new Refusal(String.format("is not an octal number from 0000 to %04o", max));
            }
            return Integer.parseInt(text, 8);
        });
    }

    /** One of an enumeration's constants, written {@code on-failure}. */
    static <E extends Enum<E>> Scalar<E> choice(Class<E> type) {
        return choice(EnumSet.allOf(type));
    }

    /** One of some of an enumeration's constants. */
    static <E extends Enum<E>> Scalar<E> choice(EnumSet<E> constants) {
        Map<String, E> names = new LinkedHashMap<>();
        for (E constant : constants) {
            names.put(constant.name().toLowerCase(Locale.ROOT).replace('_', '-'), constant);
        }
        return choice(names);
    }

    /** {@code yes} for true, {@code no} for false. */
    static Scalar<Boolean> either(String yes, String no) {
        Map<String, Boolean> names = new LinkedHashMap<>();
        names.put(yes, true);
        names.put(no, false);
        return choice(names);
    }

    /** One of the keys. */
    private static <T> Scalar<T> choice(Map<String, T> names) {
        return choice(names, "one of " + String.join(", ", names.keySet()));
    }

    /** This, or {@code word} for none. */
    Scalar<Optional<T>> or(String word) {
        return new Scalar<>(allowed + ", or " + word, text -> {
            if (text.equals(word)) {
                return Optional.empty();
            }
            try {
                return Optional.of(reader.read(text));
            } catch (Refusal e) {
                String hint = Nearest.hint(text, List.of(word));
                throw new Refusal(e.predicate() + (hint.isEmpty() ? " (or " + word + ")" : hint));
            }
        });
    }

    private static <T> Scalar<T> choice(Map<String, T> names, String allowed) {
        return new Scalar<>(allowed, text -> {
            T found = names.get(text);
            if (found == null) {
                throw new Refusal("is not " + allowed + Nearest.hint(text, names.keySet()));
            }
            return found;
        });
    }

    private static Map<String, Boolean> yesAndNo() {
        Map<String, Boolean> words = new LinkedHashMap<>();
        List.of("true", "yes", "on").forEach(word -> words.put(word, true));
        List.of("false", "no", "off").forEach(word -> words.put(word, false));
        return words;
    }

    private static void inRange(BigDecimal found, BigDecimal min, BigDecimal max, String range) throws Refusal {
        if (found.compareTo(min) < 0 || found.compareTo(max) > 0) {
            throw new Refusal("is outside " + range);
        }
    }
}
