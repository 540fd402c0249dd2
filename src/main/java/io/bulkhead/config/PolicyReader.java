package io.bulkhead.config;

import io.bulkhead.spec.Drift;
import io.bulkhead.spec.HealthPolicy.OnFailure;
import io.bulkhead.spec.Hook;
import io.bulkhead.spec.LogSpec;
import io.bulkhead.spec.Namespaces;
import io.bulkhead.spec.RestartPolicy;
import io.bulkhead.spec.RestartPolicy.Backoff;
import io.bulkhead.spec.RestartPolicy.Limit;
import io.bulkhead.spec.RestartPolicy.When;
import io.bulkhead.spec.Signal;
import io.bulkhead.spec.StartPolicy;
import io.bulkhead.spec.StopPolicy;
import io.bulkhead.spec.Strain;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The sections of a service that say how the daemon treats it: start, stop, restart, log and reconcile. */
final class PolicyReader {
    private static final Duration MILLISECOND = Duration.ofMillis(1);
    private static final Scalar<Duration> DELAY = Scalar.duration(Duration.ZERO);
    private static final Scalar<Integer> PERCENT = new Scalar<>("a share from 1% to 100%", PolicyReader::percent);
    private static final Scalar<Duration> TIME = Scalar.duration(MILLISECOND);
    static final Scalar<Signal> SIGNAL = new Scalar<>(
            "a signal such as TERM, SIGTERM or 15",
            text -> Signal.parse(text).orElseThrow(() -> new Refusal("is not a signal such as TERM, SIGTERM or 15")));

    private final Section service;

    PolicyReader(Section service) {
        this.service = service;
    }

    StartPolicy start(Namespaces namespaces) {
        Section start = service.section("start");
        StartPolicy policy = new StartPolicy(
                start.get("ready-after", DELAY, StartPolicy.DEFAULT.readyAfter()),
                start.get("timeout", TIME, StartPolicy.DEFAULT.timeout()),
                new ProbeReader(start).ready(namespaces),
                start.get("on-failure", Scalar.choice(OnFailure.class), StartPolicy.DEFAULT.onFailure()));
        start.done();
        if (policy.ready().isPresent()) {
            start.pointless(List.of("ready-after"), "beside ready: allowed with it are timeout, on-failure");
        } else if (!start.has("ready")) {
            start.pointless(List.of("on-failure"), "alone: ready is needed");
        }
        return policy;
    }

    StopPolicy stop() {
        Section stop = service.section("stop");
        Signal signal = stop.get("signal", SIGNAL, StopPolicy.DEFAULT.signal());
        Duration timeout = stop.get("timeout", DELAY, StopPolicy.DEFAULT.timeout());
        Optional<Hook> command = HooksReader.command(stop, () -> timeout);
        stop.done();
        if (command.isPresent() && timeout.isZero()) {
            stop.conflict(List.of("command"), "has no time: timeout is 0");
        }
        return new StopPolicy(signal, timeout, command);
    }

    RestartPolicy restart() {
        Section restart = service.section("restart");
        RestartPolicy policy = new RestartPolicy(
                restart.get("policy", Scalar.choice(When.class), RestartPolicy.DEFAULT.when()),
                successExitCodes(restart),
                backoff(restart.section("backoff")),
                limit(restart.section("limit")),
                on(restart.section("on")));
        restart.done();
        return policy;
    }

    LogSpec log() {
        return new LogReader(service.section("log")).read();
    }

    Drift drift(Drift otherwise) {
        Section reconcile = service.section("reconcile");
        Drift drift = reconcile.get("drift", Scalar.choice(Drift.class), otherwise);
        reconcile.done();
        return drift;
    }

    private static Set<Integer> successExitCodes(Section restart) {
        return restart.list("success-exit-codes", Scalar.integer(0, 255))
                .<Set<Integer>>map(codes -> {
                    Set<Integer> set = new TreeSet<>();
                    codes.forEach(code -> set.add(code.intValue()));
                    return set;
                })
                .orElse(RestartPolicy.DEFAULT.successExitCodes());
    }

    private static Backoff backoff(Section section) {
        Duration initial = section.get("initial", DELAY, Backoff.DEFAULT.initial());
        double factor = section.get("factor", Scalar.decimal(1, 100), Backoff.DEFAULT.factor());
        Duration max = section.get("max", DELAY, Backoff.DEFAULT.max());
        BigDecimal jitter = section.get("jitter", Scalar.share(1), BigDecimal.valueOf(Backoff.DEFAULT.jitter()));
        Duration resetAfter = section.get("reset-after", DELAY, Backoff.DEFAULT.resetAfter());
        section.done();
        if (max.compareTo(initial) < 0) {
            section.conflict(
                    List.of("max", "initial"),
                    "max " + Quantity.text(max) + " is below initial " + Quantity.text(initial));
            max = initial;
        }
        return new Backoff(initial, factor, max, jitter.doubleValue(), resetAfter);
    }

    private static int percent(String text) throws Refusal {
        int percent = Scalar.share().read(text).movePointRight(2).intValue();
        if (percent < 1 || percent > 100) {
            throw new Refusal("is outside 1% to 100%");
        }
        return percent;
    }

    private static Strain on(Section section) {
        boolean oom = section.get("oom", Scalar.bool(), Strain.NONE.oom());
        Section pressure = section.section("memory-pressure");
        Optional<Integer> limit = pressure.get("limit", PERCENT.or("none")).flatMap(percent -> percent);
        Duration duration =
                pressure.get("duration", Scalar.duration(Strain.Pressure.SHORTEST), Strain.Pressure.DURATION);
        Duration minUptime = pressure.get("min-uptime", Scalar.duration(Duration.ZERO), Strain.Pressure.MIN_UPTIME);
        pressure.done();
        section.done();
        if (!pressure.has("limit")) {
            pressure.pointless(List.of("duration", "min-uptime"), "alone: limit is needed");
        }
        return new Strain(oom, limit.map(percent -> new Strain.Pressure(percent, duration, minUptime)));
    }

    private static Limit limit(Section section) {
        Limit limit = new Limit(
                section.get("attempts", Scalar.integer(0, 1_000_000), (long) Limit.DEFAULT.attempts())
                        .intValue(),
                section.get("window", TIME, Limit.DEFAULT.window()),
                section.get("retry-after", TIME.or("never"), Limit.DEFAULT.retryAfter()));
        section.done();
        return limit;
    }
}
