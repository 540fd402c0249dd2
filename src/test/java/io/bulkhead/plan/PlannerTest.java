package io.bulkhead.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.spec.CpuLimit;
import io.bulkhead.spec.CpuLimits;
import io.bulkhead.spec.Drift;
import io.bulkhead.spec.Limits;
import io.bulkhead.spec.RestartPolicy;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.spec.Signal;
import io.bulkhead.spec.SpecFixture;
import io.bulkhead.spec.SpecKey;
import io.bulkhead.status.ExitStatus;
import io.bulkhead.status.Observed;
import io.bulkhead.status.Observed.ProcessEvent;
import io.bulkhead.status.ProcessId;
import io.bulkhead.status.ServiceState;
import io.bulkhead.status.ServiceStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Each line of the planner's table. */
class PlannerTest {
    private static final ServiceName WEB = new ServiceName("web");
    private static final ProcessId PROCESS = new ProcessId(4711, 99);
    private static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");

    private final Planner planner = new Planner(() -> 0.5);
    private ServiceSpec spec = SpecFixture.service("web");
    private ServiceStatus status = ServiceStatus.NEW;
    private boolean group;
    private boolean populated;
    private boolean busy;
    private boolean declared = true;
    private Optional<Boolean> override = Optional.empty();
    private List<Observed.Difference> differences = List.of();

    @Test
    void startsWhatIsWanted() {
        Plan plan = at(T0);

        assertInstanceOf(Action.Start.class, only(plan));
        assertEquals(ServiceState.STARTING, status.state());
    }

    @Test
    void leavesWhatIsNotToStartByItself() {
        spec = SpecFixture.with(spec).autostart(false).build();

        Plan plan = at(T0);

        assertEquals(List.of(), plan.actions());
        assertEquals(ServiceState.STOPPED, status.state());
    }

    @Test
    void killsWhoIsLeftInTheGroupBeforeItStarts() {
        group = true;
        populated = true;

        assertInstanceOf(Action.KillGroup.class, only(at(T0)));
        assertEquals(ServiceState.STOPPED, status.state());
    }

    @Test
    void beginsNothingWhileAnActionIsUnderWay() {
        busy = true;

        assertEquals(List.of(), at(T0).actions());
    }

    @Test
    void isRunningOnceItHasLivedLongEnough() {
        running(T0);

        assertEquals(ServiceState.RUNNING, status.state());
    }

    @Test
    void wakesWhenTheServiceIsReady() {
        at(T0);

        Plan plan = event(new ProcessEvent.Launched(PROCESS, hash(), T0), T0);

        assertEquals(Optional.of(T0.plusSeconds(1)), plan.wakeAt());
        assertEquals(ServiceState.STARTING, status.state());
    }

    @Test
    void restartsAtOnceAfterAGoodRun() {
        running(T0);
        Instant end = T0.plusSeconds(10);

        Plan plan = event(new ProcessEvent.Ended(PROCESS, new ExitStatus.Exited(1), end), end);

        assertInstanceOf(Action.Start.class, only(plan));
        assertEquals(1, status.restartCount());
        assertEquals(0, status.shortRuns());
    }

    @Test
    void backsOffAfterAShortRun() {
        at(T0);
        event(new ProcessEvent.Launched(PROCESS, hash(), T0), T0);

        Plan plan = event(new ProcessEvent.Ended(PROCESS, new ExitStatus.Exited(1), T0), T0);

        assertEquals(List.of(), plan.actions());
        assertEquals(ServiceState.BACKOFF, status.state());
        assertEquals(RunEnd.TOO_QUICKLY, status.reason());
        assertEquals(Optional.of(T0.plusMillis(100)), plan.wakeAt());
        assertInstanceOf(Action.Start.class, only(at(T0.plusMillis(100))));
    }

    @Test
    void theReasonTellsWhatTheGroupCameUpAgainst() {
        running(T0);
        Instant end = T0.plusSeconds(2);

        event(new ProcessEvent.Ended(PROCESS, new ExitStatus.Signaled(9, false, true), end, "memory: much"), end);

        assertEquals("Ended unexpectedly: SIGKILL (out of memory); memory: much", status.reason());
    }

    @Test
    void restartsAtOnceWhereThereIsNoDelay() {
        spec = SpecFixture.with(spec).initialBackoff(Duration.ZERO).build();
        running(T0);
        Instant end = T0.plusSeconds(2);

        Plan plan = event(new ProcessEvent.Ended(PROCESS, new ExitStatus.Signaled(9, false, false), end), end);

        assertInstanceOf(Action.Start.class, only(plan));
    }

    @Test
    void isFatalBeyondTheLimit() {
        spec = SpecFixture.with(spec).initialBackoff(Duration.ZERO).build();
        at(T0);

        for (int i = 0; i < RestartPolicy.Limit.DEFAULT.attempts(); i++) {
            event(new ProcessEvent.LaunchFailed("execve /bin/x: ENOENT", hash(), T0), T0);
            assertEquals(ServiceState.STARTING, status.state());
        }
        event(new ProcessEvent.LaunchFailed("execve /bin/x: ENOENT", hash(), T0), T0);

        assertEquals(ServiceState.FATAL, status.state());
        assertEquals("execve /bin/x: ENOENT", status.reason());
        assertEquals(List.of(), at(T0.plusSeconds(1000)).actions());
    }

    @Test
    void isFatalAtTheFirstLaunchThatFailsWherePolicyIsNever() {
        spec = SpecFixture.with(spec)
                .policy(RestartPolicy.When.NEVER)
                .limit(new RestartPolicy.Limit(5, Duration.ofSeconds(60), Optional.of(Duration.ofSeconds(1))))
                .build();
        at(T0);

        event(new ProcessEvent.LaunchFailed("execve /bin/x: ENOENT", hash(), T0), T0);

        assertEquals(ServiceState.FATAL, status.state());
        assertEquals("execve /bin/x: ENOENT", status.reason());
        assertEquals(List.of(), at(T0.plusSeconds(1000)).actions());
    }

    @Test
    void isTriedAgainAfterItsTimeAndSaysWhy() {
        spec = SpecFixture.with(spec)
                .initialBackoff(Duration.ZERO)
                .limit(new RestartPolicy.Limit(1, Duration.ofSeconds(60), Optional.of(Duration.ofSeconds(5))))
                .build();
        at(T0);
        event(new ProcessEvent.LaunchFailed("execve /bin/x: ENOENT", hash(), T0), T0);
        event(new ProcessEvent.LaunchFailed("execve /bin/x: ENOENT", hash(), T0), T0);
        assertEquals(ServiceState.FATAL, status.state());
        assertEquals(List.of(), at(T0.plusMillis(4999)).actions());

        Action again = only(at(T0.plusSeconds(5)));

        assertEquals("restart.limit.retry-after is over", again.reason());
        assertEquals(ServiceState.STARTING, status.state());
    }

    @Test
    void restartsBeyondTheWindowDoNotCount() {
        spec = SpecFixture.with(spec).initialBackoff(Duration.ZERO).build();
        Instant now = T0;
        running(now);

        for (int i = 0; i < 20; i++) {
            now = now.plusSeconds(15);
            event(new ProcessEvent.Ended(PROCESS, new ExitStatus.Exited(1), now), now);
            event(new ProcessEvent.Launched(PROCESS, hash(), now), now);
        }

        assertEquals(ServiceState.STARTING, status.state());
        assertEquals(20, status.restartCount());
    }

    @Test
    void aSuccessIsNotRestartedOnFailureOnly() {
        spec = SpecFixture.with(spec).policy(RestartPolicy.When.ON_FAILURE).build();
        running(T0);

        event(new ProcessEvent.Ended(PROCESS, new ExitStatus.Exited(0), T0.plusSeconds(2)), T0.plusSeconds(2));

        assertEquals(ServiceState.EXITED, status.state());
    }

    @Test
    void anUnknownExitStatusIsAFailure() {
        spec = SpecFixture.with(spec).policy(RestartPolicy.When.ON_FAILURE).build();
        running(T0);

        event(new ProcessEvent.Ended(PROCESS, new ExitStatus.Unknown(false), T0.plusSeconds(2)), T0.plusSeconds(2));

        assertEquals(ServiceState.BACKOFF, status.state());
    }

    @Test
    void stopsBySignalThenKillsTheGroup() {
        running(T0);
        override = Optional.of(false);
        Instant asked = T0.plusSeconds(5);

        Plan plan = at(asked);
        assertEquals(
                Signal.TERM,
                assertInstanceOf(Action.SendSignal.class, only(plan)).signal());
        assertEquals(ServiceState.STOPPING, status.state());
        assertEquals(List.of(), at(asked.plusSeconds(9)).actions());

        assertInstanceOf(Action.KillGroup.class, only(at(asked.plusSeconds(10))));
        populated = false;
        event(new ProcessEvent.Ended(PROCESS, new ExitStatus.Signaled(9, false, false), asked), asked.plusSeconds(10));
        assertEquals(ServiceState.STOPPED, status.state());
    }

    @Test
    void isNotStoppedBeforeItsGroupIsEmpty() {
        running(T0);
        override = Optional.of(false);
        at(T0.plusSeconds(5));

        Plan plan = event(new ProcessEvent.Ended(PROCESS, new ExitStatus.Exited(0), T0), T0.plusSeconds(6));

        assertInstanceOf(Action.KillGroup.class, only(plan));
        assertEquals(ServiceState.STOPPING, status.state());
    }

    @Test
    void changedCommandReplacesTheProcess() {
        running(T0);
        spec = SpecFixture.with(spec).command("/bin/other").build();

        assertInstanceOf(Action.SendSignal.class, only(at(T0.plusSeconds(5))));
        populated = false;
        Plan plan = event(new ProcessEvent.Ended(PROCESS, new ExitStatus.Exited(0), T0), T0.plusSeconds(6));

        assertEquals(
                spec, assertInstanceOf(Action.Start.class, only(plan)).service().spec());
        assertEquals(0, status.restartCount());
    }

    @Test
    void changedLimitIsAppliedLive() {
        running(T0);
        spec = SpecFixture.with(spec).limits(cpu(40)).build();
        differences = List.of(new Observed.Difference("cpu.quota", "20 ms", "40 ms"));

        Action.ApplyLimits apply = assertInstanceOf(Action.ApplyLimits.class, only(at(T0.plusSeconds(5))));

        assertEquals(false, apply.drift());
        assertEquals(ServiceState.RUNNING, status.state());
    }

    @Test
    void driftIsRepairedReportedOrLeft() {
        running(T0);
        at(T0.plusSeconds(2));
        differences = List.of(new Observed.Difference("cpu.quota", "99 ms", "20 ms"));

        assertTrue(assertInstanceOf(Action.ApplyLimits.class, only(at(T0.plusSeconds(5))))
                .drift());
        spec = SpecFixture.with(spec).drift(Drift.WARN).build();
        assertInstanceOf(Action.ReportDrift.class, only(at(T0.plusSeconds(6))));
        spec = SpecFixture.with(spec).drift(Drift.IGNORE).build();
        assertEquals(List.of(), at(T0.plusSeconds(7)).actions());
    }

    @Test
    void removesAServiceThatLeftTheConfiguration() {
        running(T0);
        declared = false;

        assertInstanceOf(Action.SendSignal.class, only(at(T0.plusSeconds(5))));
        populated = false;
        Plan removal = event(new ProcessEvent.Ended(PROCESS, new ExitStatus.Exited(0), T0), T0.plusSeconds(6));
        assertInstanceOf(Action.RemoveGroup.class, only(removal));
        group = false;
        Plan last = at(T0.plusSeconds(7));

        assertInstanceOf(Action.Forget.class, only(last));
        assertEquals(Map.of(), last.statuses());
    }

    @Test
    void removesOrphanGroups() {
        Plan plan = planner.plan(Desired.NOTHING, Map.of(), new Observed(Map.of(), Set.of("left-behind")), T0);

        assertEquals(
                "left-behind",
                assertInstanceOf(Action.RemoveGroup.class, only(plan)).target());
    }

    @Test
    void aBrokenServiceIsFatalWithItsError() {
        Desired desired = new Desired(Map.of(), Map.of(WEB, "web.conf:3: no"), Map.of(), false);

        Plan plan = planner.plan(desired, Map.of(), new Observed(Map.of(), Set.of()), T0);

        ServiceStatus broken = plan.statuses().getOrDefault(WEB, ServiceStatus.NEW);
        assertEquals(ServiceState.FATAL, broken.state());
        assertEquals("web.conf:3: no", broken.reason());
        assertEquals(Optional.empty(), broken.launchHash());
    }

    @Test
    void aLostEndLeavesNoTrace() {
        running(T0);

        event(new ProcessEvent.Ended(new ProcessId(4711, 1), new ExitStatus.Exited(0), T0), T0.plusSeconds(5));

        assertEquals(ServiceState.RUNNING, status.state());
    }

    private void running(Instant since) {
        at(since);
        group = true;
        populated = true;
        event(new ProcessEvent.Launched(PROCESS, hash(), since), since);
        at(since.plusSeconds(1));
    }

    private Plan at(Instant now) {
        return plan(Optional.empty(), now);
    }

    private Plan event(ProcessEvent event, Instant now) {
        if (event instanceof ProcessEvent.Ended && status.state() != ServiceState.STOPPING) {
            populated = false;
        }
        return plan(Optional.of(event), now);
    }

    private Plan plan(Optional<ProcessEvent> event, Instant now) {
        Map<ServiceName, Desired.Declared> services = declared ? Desired.Declared.all(List.of(spec)) : Map.of();
        Desired desired = new Desired(
                services, Map.of(), override.map(run -> Map.of(WEB, run)).orElse(Map.of()), false);
        Observed.Service seen = new Observed.Service(event, group, populated, differences, busy);
        Plan plan = planner.plan(desired, Map.of(WEB, status), new Observed(Map.of(WEB, seen), Set.of()), now);
        status = plan.statuses().getOrDefault(WEB, ServiceStatus.NEW);
        return plan;
    }

    private String hash() {
        return SpecKey.launchHash(spec);
    }

    private static Limits cpu(int quotaMillis) {
        return Limits.NONE.with(CpuLimits.of(new CpuLimit(Duration.ofMillis(quotaMillis), Duration.ofMillis(100))));
    }

    private static Action only(Plan plan) {
        assertEquals(1, plan.actions().size(), plan.actions().toString());
        return plan.actions().get(0);
    }
}
