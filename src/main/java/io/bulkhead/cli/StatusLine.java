package io.bulkhead.cli;

import io.bulkhead.control.wire.ServiceView;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Optional;

/** A service's line in {@code status}, as Supervisor writes it. */
final class StatusLine {
    private static final int MIN_NAME = 30;
    private static final String[] MONTHS = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
    };

    private final Instant now;
    private final ZoneId zone;

    StatusLine(Instant now, ZoneId zone) {
        this.now = now;
        this.zone = zone;
    }

    /** How wide the column of names is. */
    static int nameWidth(Iterable<ServiceView> services) {
        int longest = MIN_NAME;
        for (ServiceView service : services) {
            longest = Math.max(longest, service.shown().length());
        }
        return longest + 3;
    }

    String format(ServiceView service, int nameWidth) {
        String line = pad(service.shown(), nameWidth) + pad(service.state(), 10) + description(service);
        return line.stripTrailing();
    }

    private String description(ServiceView service) {
        return switch (service.state()) {
            case "RUNNING" ->
                service.pid().isEmpty()
                        ? "completed " + service.endedAt().map(this::date).orElse("")
                        : "pid " + service.pid().orElse(0) + ", uptime " + uptime(service.startedAt())
                                + (service.reason().equals("paused") ? ", paused" : "")
                                + (service.roll().equals("halted") ? ", roll halted" : "")
                                + (service.roll().equals("waiting") ? ", to be replaced" : "")
                                + (service.vitals().health().equals("unhealthy") ? ", unhealthy" : "")
                                + (service.vitals().says().isEmpty()
                                        ? ""
                                        : ": " + service.vitals().says());
            case "STOPPED", "EXITED" ->
                service.endedAt().map(this::date).orElse("Not started")
                        + service.nextStart()
                                .map(at -> ", next run " + date(at))
                                .orElse("");
            case "FATAL", "BACKOFF", "STARTING", "STOPPING" -> service.reason();
            default -> "";
        };
    }

    /** {@code 0:05:12}, {@code 1 day, 0:05:12}, as Python's timedelta prints itself. */
    private String uptime(Optional<String> since) {
        Duration up = Duration.between(since.map(Instant::parse).orElse(now), now);
        long seconds = Math.max(0, up.toSeconds());
        long days = seconds / 86_400;
        String clock = (seconds / 3_600 % 24) + ":" + two(seconds / 60 % 60) + ":" + two(seconds % 60);
        if (days == 0) {
            return clock;
        }
        return days + (days == 1 ? " day, " : " days, ") + clock;
    }

    /** {@code %b %d %I:%M %p}, in English whatever the locale. */
    private String date(String instant) {
        ZonedDateTime time = Instant.parse(instant).atZone(zone);
        int hour = time.getHour() % 12 == 0 ? 12 : time.getHour() % 12;
        return MONTHS[time.getMonthValue() - 1] + " " + two(time.getDayOfMonth()) + " " + two(hour) + ":"
                + two(time.getMinute()) + (time.getHour() < 12 ? " AM" : " PM");
    }

    private static String two(long number) {
        return number < 10 ? "0" + number : Long.toString(number);
    }

    private static String pad(String text, int width) {
        return text.length() >= width ? text : text + " ".repeat(width - text.length());
    }
}
