package io.bulkhead.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** {@link Load}s as lines under a heading, in columns named as those of top(1) and {@code docker stats}. */
final class LoadTable {
    private static final int NAME = 20;
    private static final String UNKNOWN = "-";
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

    private LoadTable() {}

    static List<String> lines(List<Load> loads) {
        int width = loads.stream().mapToInt(load -> load.name().length()).max().orElse(0);
        String format = "%-" + Math.max(NAME, width) + "s %6s %7s %7s  %-19s %-11s %9s %9s";
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                format, "NAME", "CPU %", "QUOTA %", "THROT %", "MEM / LIMIT", "PIDS / MAX", "READ/s", "WRITE/s"));
        for (Load load : loads) {
            lines.add(String.format(
                    format,
                    load.name(),
                    percent(load.cpu()),
                    percent(load.quota()),
                    percent(load.throttled()),
                    bytes(load.memory()) + of(bytes(load.memoryMax())),
                    number(load.tasks()) + of(number(load.tasksMax())),
                    bytes(rounded(load.read())),
                    bytes(rounded(load.written()))));
        }
        return lines;
    }

    private static String of(String limit) {
        return limit.equals(UNKNOWN) ? "" : " / " + limit;
    }

    private static String percent(OptionalDouble value) {
        return value.isEmpty() ? UNKNOWN : String.format(Locale.US, "%.1f", value.getAsDouble());
    }

    private static String number(OptionalLong value) {
        return value.isEmpty() ? UNKNOWN : Long.toString(value.getAsLong());
    }

    private static OptionalLong rounded(OptionalDouble value) {
        return value.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Math.round(value.getAsDouble()));
    }

    /** {@code 96.0MiB}, as Docker writes it. */
    static String bytes(OptionalLong value) {
        if (value.isEmpty()) {
            return UNKNOWN;
        }
        double number = value.getAsLong();
        int unit = 0;
        while (number >= 1023.95 && unit < UNITS.length - 1) { // which one decimal would show as 1024.0
            number /= 1024;
            unit++;
        }
        return (unit == 0 ? Long.toString(value.getAsLong()) : String.format(Locale.US, "%.1f", number)) + UNITS[unit];
    }
}
