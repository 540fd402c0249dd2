package io.bulkhead.plan;

import io.bulkhead.spec.Lifecycle;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.spec.SpecKey;
import io.bulkhead.spec.StartPolicy;
import io.bulkhead.status.ServiceStatus;
import io.bulkhead.status.Signs;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How far a start has come whose process lives.
 *
 * @param up whether it is done
 * @param by when it is up, or late
 * @param late why it has failed; empty as long as it hasn't
 */
record Readiness(boolean up, Optional<Instant> by, String late) {
    private static final Readiness UP = new Readiness(true, Optional.empty(), "");

    static Readiness of(ServiceSpec service, ServiceStatus status, Signs signs, Instant now) {
        if (service.lifecycle().kind() == Lifecycle.Kind.ONESHOT) {
            return new Readiness(false, Optional.empty(), ""); // it is up when it is done
        }
        StartPolicy policy = service.start();
        if (policy.ready().isEmpty()) {
            Instant lived = status.startedAt().orElse(now).plus(policy.readyAfter());
            return now.isBefore(lived) ? new Readiness(false, Optional.of(lived), "") : UP;
        }
        if (signs.ready() || status.progress().ready()) {
            return UP;
        }
        // One that was taken up from an earlier daemon is given the whole time once more.
        Instant known = status.due().orElse(now.plus(policy.timeout()));
        Instant by = signs.readyBy().filter(known::isBefore).orElse(known);
        return new Readiness(false, Optional.of(by), now.isBefore(by) ? "" : late(policy.timeout(), signs));
    }

    private static String late(Duration timeout, Signs signs) {
        String detail = signs.detail().isEmpty() ? "" : ": " + signs.detail();
        return "Not ready within " + SpecKey.text(timeout) + detail;
    }
}
