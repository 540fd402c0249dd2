package io.bulkhead.config;

import io.bulkhead.spec.CronExpression;
import io.bulkhead.spec.Schedule;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** When a scheduled service runs: the key {@code schedule}, a cron expression, or an object that says more. */
final class ScheduleReader {
    private static final Scalar<CronExpression> TIMES = new Scalar<>(
            "minute, hour, day of month, month and day of week as in crontab(5), such as \"30 4 * * mon-fri\", or @hourly, @daily,"
                    + " @weekly, @monthly, @yearly",
            ScheduleReader::times);
    private static final Scalar<ZoneId> ZONE =
            new Scalar<>("a time zone such as Europe/Berlin, UTC or +02:00", ScheduleReader::zone);

    private final Section service;

    ScheduleReader(Section service) {
        this.service = service;
    }

    /** @param scheduled whether the service's type wants one */
    Optional<Schedule> read(boolean scheduled) {
        Optional<Schedule> schedule = service.isObject("schedule")
                ? parts(service.section("schedule"))
                : service.get("schedule", TIMES.or("none"))
                        .flatMap(times -> times)
                        .map(ScheduleReader::plain);
        boolean written = service.has("schedule") && (service.isObject("schedule") || schedule.isPresent());
        if (scheduled && !service.has("schedule")) {
            service.conflict(List.of("type"), "a service of type = scheduled needs a schedule such as \"*/5 * * * *\"");
        } else if (written && !scheduled) {
            service.conflict(List.of("schedule"), "only a service of type = scheduled has a schedule");
        }
        return schedule.filter(s -> scheduled);
    }

    private static Schedule plain(CronExpression times) {
        return new Schedule(times, ZoneId.systemDefault(), Schedule.Missed.SKIP, Schedule.Overlap.SKIP);
    }

    private static Optional<Schedule> parts(Section section) {
        Optional<CronExpression> times = section.get("cron", TIMES);
        ZoneId zone = section.get("time-zone", ZONE, ZoneId.systemDefault());
        Schedule.Missed missed = section.get("missed", Scalar.choice(Schedule.Missed.class), Schedule.Missed.SKIP);
        Schedule.Overlap overlap = section.get("overlap", Scalar.choice(Schedule.Overlap.class), Schedule.Overlap.SKIP);
        if (!section.has("cron")) {
            section.problem("cron", "is required: times such as \"*/5 * * * *\"");
        }
        section.done();
        return times.map(t -> new Schedule(t, zone, missed, overlap));
    }

    private static CronExpression times(String text) throws Refusal {
        try {
            return CronExpression.parse(text);
        } catch (IllegalArgumentException e) {
            String why = String.valueOf(e.getMessage()).replace("Failed to parse cron expression. ", "");
            throw new Refusal("is not a time: " + why.substring(0, 1).toLowerCase(Locale.ROOT) + why.substring(1));
        }
    }

    private static ZoneId zone(String text) throws Refusal {
        try {
            return ZoneId.of(text);
        } catch (DateTimeException e) {
            throw new Refusal("is not a time zone such as Europe/Berlin, UTC or +02:00");
        }
    }
}
