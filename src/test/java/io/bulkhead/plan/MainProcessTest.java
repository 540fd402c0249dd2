package io.bulkhead.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.spec.SpecFixture;
import io.bulkhead.spec.SpecKey;
import io.bulkhead.status.ExitStatus;
import io.bulkhead.status.Observed;
import io.bulkhead.status.Observed.ProcessEvent;
import io.bulkhead.status.ProcessId;
import io.bulkhead.status.ServiceState;
import io.bulkhead.status.ServiceStatus;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A main process whose place another takes. */
class MainProcessTest {
    private static final ServiceName WEB = new ServiceName("web");
    private static final ProcessId FIRST = new ProcessId(4711, 99);
    private static final ProcessId SECOND = new ProcessId(4712, 100);
    private static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");

    private final Planner planner = new Planner(() -> 0.5);
    private final ServiceSpec spec = SpecFixture.service("web");
    private Desired desired = new Desired(Desired.Declared.all(List.of(spec)), Map.of(), Map.of(), false);
    private ServiceStatus status = ServiceStatus.NEW;
    private boolean populated;

    @Test
    void theOtherIsTheMainProcessAndNothingElseHasChanged() {
        running();
        ServiceStatus before = status;

        Plan plan = plan(Optional.of(new ProcessEvent.Moved(FIRST, SECOND)), T0.plusSeconds(5));

        assertEquals(List.of(), plan.actions());
        assertEquals(before.moved(SECOND), status);
        assertEquals(Optional.of(SECOND), status.process());
    }

    @Test
    void oneWhoseProcessHasGoneOtherwiseLeavesNoTrace() {
        running();
        ServiceStatus before = status;

        plan(Optional.of(new ProcessEvent.Moved(new ProcessId(4711, 1), SECOND)), T0.plusSeconds(5));

        assertEquals(before, status);
    }

    @Test
    void theEndOfTheOneBeforeIsNone() {
        running();
        plan(Optional.of(new ProcessEvent.Moved(FIRST, SECOND)), T0.plusSeconds(5));

        plan(Optional.of(new ProcessEvent.Ended(FIRST, new ExitStatus.Exited(0), T0)), T0.plusSeconds(6));

        assertEquals(ServiceState.RUNNING, status.state());
        populated = false;
        plan(Optional.of(new ProcessEvent.Ended(SECOND, new ExitStatus.Exited(0), T0)), T0.plusSeconds(7));
        assertEquals(ServiceState.BACKOFF, status.state());
    }

    @Test
    void oneThatIsToStopIsStoppedByTheOther() {
        running();
        desired = desired.withOverride(WEB, false);

        Plan plan = plan(Optional.of(new ProcessEvent.Moved(FIRST, SECOND)), T0.plusSeconds(5));

        assertEquals(
                SECOND,
                assertInstanceOf(Action.SendSignal.class, plan.actions().get(0)).process());
    }

    @Test
    void oneThatIsToBeReplacedStillIs() {
        running();
        desired = desired.replacing(Map.of(WEB, FIRST)).moved(WEB, FIRST, SECOND);

        Plan plan = plan(Optional.of(new ProcessEvent.Moved(FIRST, SECOND)), T0.plusSeconds(5));

        assertEquals(Map.of(WEB, SECOND), desired.replaced());
        assertEquals(Roll.RESTARTED, plan.actions().get(0).reason());
        assertEquals(desired, desired.moved(WEB, FIRST, new ProcessId(1, 1)));
    }

    private void running() {
        plan(Optional.empty(), T0);
        populated = true;
        plan(Optional.of(new ProcessEvent.Launched(FIRST, SpecKey.launchHash(spec), T0)), T0);
        plan(Optional.empty(), T0.plusSeconds(1));
    }

    private Plan plan(Optional<ProcessEvent> event, Instant now) {
        Observed.Service seen = new Observed.Service(event, true, populated, List.of(), false);
        Plan plan = planner.plan(desired, Map.of(WEB, status), new Observed(Map.of(WEB, seen), Set.of()), now);
        status = plan.statuses().getOrDefault(WEB, ServiceStatus.NEW);
        return plan;
    }
}
