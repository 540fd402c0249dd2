package io.bulkhead.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProblemTest {
    private static Problem problem(String message) {
        return new Problem(new Origin("/etc/web.conf", 3), "services.web.a", Optional.empty(), message);
    }

    @Test
    void aLongListOfWhatIsAllowedIsLeftOutInBrief() {
        String list = "b, ".repeat(60);

        assertEquals(
                "/etc/web.conf:3: services.web.a: unknown key (did you mean b?)",
                Problem.brief(List.of(problem("unknown key (did you mean b?); allowed here: " + list))));
        assertEquals(
                "/etc/web.conf:3: services.web.a: unknown key; allowed here: b, c",
                Problem.brief(List.of(problem("unknown key; allowed here: b, c"))));
    }

    @Test
    void anyMessageIsBoundedInBrief() {
        assertEquals(
                "/etc/web.conf:3: services.web.a: " + "x".repeat(160) + "…",
                Problem.brief(List.of(problem("x".repeat(161)))));
    }

    @Test
    void ofManyTheFirstAreTold() {
        String one = "/etc/web.conf:3: services.web.a: x";

        assertEquals(
                one + "; " + one + "; " + one + "; and 2 more errors",
                Problem.brief(Collections.nCopies(5, problem("x"))));
    }
}
