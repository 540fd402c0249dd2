package io.bulkhead.control.wire;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The body of {@code POST /v1/reload}, {@code apply} and {@code rollback}; an empty body is an empty request.
 *
 * @param confirm for how long what is changed has to show that it works, 1 ms to 24 d; whole milliseconds
 * @param plan for {@code apply} alone: the hash of what was shown
 * @param generation for {@code rollback} alone; empty: the one before
 */
public record ReconfigureRequest(Optional<Duration> confirm, Optional<String> plan, OptionalInt generation) {
    public Map<String, Object> json() {
        return Fields.object(
                "confirm",
                confirm.isPresent() ? (Object) (int) confirm.get().toMillis() : "",
                "plan",
                plan.orElse(""),
                "generation",
                generation.isPresent() ? (Object) generation.getAsInt() : "");
    }

    public static ReconfigureRequest of(Fields fields) throws WireException {
        fields.requireOnly(List.of("confirm", "plan", "generation"));
        OptionalInt confirm = fields.optionalNumber("confirm");
        if (confirm.isPresent() && confirm.getAsInt() < 1) {
            throw new WireException("\"confirm\" is not a number of milliseconds");
        }
        return new ReconfigureRequest(
                confirm.isPresent() ? Optional.of(Duration.ofMillis(confirm.getAsInt())) : Optional.empty(),
                fields.optionalText("plan"),
                fields.optionalNumber("generation"));
    }
}
