package io.bulkhead.health;

import io.bulkhead.status.HealthState;
import io.bulkhead.status.Signs;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What is known of a process by asking it, and by what it tells.
 *
 * @param ready whether it has been found ready
 * @param readiness what came of asking that, in words; empty where it isn't asked, or not yet
 * @param health what its health probe has found
 * @param condition what came of asking that, in words; or empty
 * @param evidence what the last probe that failed has printed; or empty
 * @param readyBy a later deadline for being ready that it has asked for
 * @param says what it tells it is doing; or empty
 * @param succession how another process has become the main one; or empty
 */
public record Findings(
        boolean ready,
        String readiness,
        HealthState health,
        String condition,
        String evidence,
        Optional<Instant> readyBy,
        String says,
        String succession) {
    public static final Findings NONE = begun(false, HealthState.NONE);

    static Findings begun(boolean ready, HealthState health) {
        return new Findings(ready, "", health, "", "", Optional.empty(), "", "");
    }

    /** What is to be known to plan. */
    public Signs signs() {
        Optional<String> text = says.isEmpty() ? Optional.empty() : Optional.of(says);
        return new Signs(ready, health, condition.isEmpty() ? readiness : condition, readyBy, text);
    }

    /** All of it, a line each. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        if (!readiness.isEmpty()) {
            lines.add((ready ? "ready: " : "not ready: ") + readiness);
        }
        if (health != HealthState.NONE) {
            lines.add(health.name().toLowerCase(Locale.ROOT) + (condition.isEmpty() ? "" : ": " + condition));
        }
        if (!evidence.isEmpty()) {
            lines.add("printed by the last probe that failed: " + evidence);
        }
        if (!says.isEmpty()) {
            lines.add("it says: " + says);
        }
        if (!succession.isEmpty()) {
            lines.add(succession);
        }
        return lines;
    }

    Findings withReadiness(boolean isReady, String text, String printed) {
        String last = printed.isEmpty() ? evidence : printed;
        return new Findings(isReady, text, health, condition, last, readyBy, says, succession);
    }

    Findings withHealth(HealthState next, String text, String printed) {
        String last = printed.isEmpty() ? evidence : printed;
        return new Findings(ready, readiness, next, text, last, readyBy, says, succession);
    }

    Findings until(Instant when) {
        return new Findings(ready, readiness, health, condition, evidence, Optional.of(when), says, succession);
    }

    Findings saying(String text) {
        return new Findings(ready, readiness, health, condition, evidence, readyBy, text, succession);
    }

    Findings succeeded(String how) {
        return new Findings(ready, readiness, health, condition, evidence, readyBy, says, how);
    }
}
