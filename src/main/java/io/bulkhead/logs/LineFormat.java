package io.bulkhead.logs;

import io.bulkhead.spec.LogSpec;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/** What lines look like in a file. The same bytes at the same time give the same text, always: a {@link Spool} builds on that. */
abstract sealed class LineFormat {
    /** What the daemon says itself comes by a stream of this name. */
    static final String OWN = "bulkhead";

    /** Layouts that differ have different numbers, none of them 0. */
    abstract long number();

    /** A line's beginning, the same for all lines of a stream at one time. */
    abstract byte[] prefix(long millis, String stream);

    abstract void line(Text out, byte[] prefix, byte[] data, int from, int until);

    /** Whether half a line is written as it is. */
    boolean isRaw() {
        return false;
    }

    static LineFormat of(LogSpec.Layout layout, String service) {
        return layout.format() == LogSpec.Format.JSON
                ? new Json(service)
                : new Plain(layout.timestamps(), layout.tags());
    }

    /**
     * Writes lines until there is as much text as {@code limit}, at least one.
     *
     * @param last whether an end without a line's end is a line too
     * @return how much of the data they are
     */
    final int write(Text out, byte[] data, int count, long millis, String stream, long limit, boolean last) {
        byte[] prefix = prefix(millis, stream);
        int from = 0;
        while (from < count && (from == 0 || out.size() < limit)) {
            int end = Text.lineEnd(data, from, count);
            if (end < 0 && !last && !isRaw()) {
                break;
            }
            int until = end < 0 ? count : end;
            line(out, prefix, data, from, until);
            if (end >= 0 || !isRaw()) {
                out.add('\n');
            }
            from = end < 0 ? count : end + 1;
        }
        return from;
    }

    /** {@code 2026-01-31T12:00:00.000Z}. */
    static String time(long millis) {
        LocalDateTime time = LocalDateTime.ofEpochSecond(
                Math.floorDiv(millis, 1_000), (int) Math.floorMod(millis, 1_000L) * 1_000_000, ZoneOffset.UTC);
        StringBuilder text = new StringBuilder(24);
        text.append(time.getYear()).append('-');
        digits(text, time.getMonthValue(), 2).append('-');
        digits(text, time.getDayOfMonth(), 2).append('T');
        digits(text, time.getHour(), 2).append(':');
        digits(text, time.getMinute(), 2).append(':');
        digits(text, time.getSecond(), 2).append('.');
        return digits(text, time.getNano() / 1_000_000, 3).append('Z').toString();
    }

    private static StringBuilder digits(StringBuilder text, int value, int width) {
        for (int limit = width == 3 ? 100 : 10; limit > value && limit > 1; limit /= 10) {
            text.append('0');
        }
        return text.append(value);
    }

    /** Text, with the time and the stream before it where they are asked for. */
    private static final class Plain extends LineFormat {
        private final boolean timestamps;
        private final boolean tags;

        Plain(boolean timestamps, boolean tags) {
            this.timestamps = timestamps;
            this.tags = tags;
        }

        @Override
        long number() {
            return 1L + (timestamps ? 1 : 0) + (tags ? 2 : 0);
        }

        @Override
        boolean isRaw() {
            return !timestamps && !tags;
        }

        @Override
        byte[] prefix(long millis, String stream) {
            String text = (timestamps ? time(millis) + " " : "") + (tags ? stream + " " : "");
            return text.getBytes(StandardCharsets.US_ASCII);
        }

        @Override
        void line(Text out, byte[] prefix, byte[] data, int from, int until) {
            out.add(prefix).add(data, from, until);
        }
    }

    /** An object a line. */
    private static final class Json extends LineFormat {
        private static final String HEX = "0123456789abcdef";
        private final String service;

        Json(String service) {
            this.service = service;
        }

        @Override
        long number() {
            return 16;
        }

        @Override
        byte[] prefix(long millis, String stream) {
            String text = "{\"time\":\"" + time(millis) + "\",\"service\":\"" + service + "\",\"stream\":\"" + stream
                    + "\",\"message\":\"";
            return text.getBytes(StandardCharsets.US_ASCII);
        }

        @Override
        void line(Text out, byte[] prefix, byte[] data, int from, int until) {
            out.add(prefix);
            boolean plain = true;
            for (int i = from; i < until && plain; i++) {
                plain = data[i] >= ' ' && data[i] < 127 && data[i] != '"' && data[i] != '\\';
            }
            if (plain) {
                out.add(data, from, until);
            } else {
                // What is no UTF-8 becomes U+FFFD: JSON has no other bytes.
                escape(out, new String(data, from, until - from, StandardCharsets.UTF_8));
            }
            out.add('"').add('}');
        }

        private static void escape(Text out, String text) {
            StringBuilder escaped = new StringBuilder(text.length() + 16);
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                switch (c) {
                    case '"', '\\' -> escaped.append('\\').append(c);
                    case '\t' -> escaped.append("\\t");
                    case '\r' -> escaped.append("\\r");
                    default -> {
                        if (c < ' ' || c == 127) {
                            escaped.append("\\u00").append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
                        } else {
                            escaped.append(c);
                        }
                    }
                }
            }
            out.add(escaped.toString());
        }
    }
}
