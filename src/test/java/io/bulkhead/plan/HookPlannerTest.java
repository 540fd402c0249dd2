package io.bulkhead.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.bulkhead.spec.Hook;
import io.bulkhead.spec.HookPoint;
import io.bulkhead.spec.Hooks;
import io.bulkhead.spec.Lifecycle;
import io.bulkhead.spec.RestartPolicy;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.spec.Signal;
import io.bulkhead.spec.SpecFixture;
import io.bulkhead.spec.SpecKey;
import io.bulkhead.spec.StopPolicy;
import io.bulkhead.status.ExitStatus;
import io.bulkhead.status.HookEvent;
import io.bulkhead.status.Observed;
import io.bulkhead.status.Observed.ProcessEvent;
import io.bulkhead.status.ProcessId;
import io.bulkhead.status.ServiceState;
import io.bulkhead.status.ServiceStatus;
import io.bulkhead.status.Signs;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The lines of the planner's table that concern the commands around a service's run. */
class HookPlannerTest {
    private static final ServiceName WEB = new ServiceName("web");
    private static final ProcessId MAIN = new ProcessId(4711, 99);
    private static final ProcessId HOOK = new ProcessId(4712, 99);
    private static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");

    private final Planner planner = new Planner(() -> 0.5);
    private ServiceSpec spec = SpecFixture.service("web");
    private ServiceStatus status = ServiceStatus.NEW;
    private Desired desired = Desired.NOTHING;
    private boolean populated;
    private boolean declared = true;
    private Optional<Boolean> override = Optional.empty();

    @Test
    void runsThePreStartFirst() {
        preStart();

        assertEquals(HookPoint.PRE_START, hook(at(T0)).point());
        assertEquals(ServiceState.STARTING, status.state());
        Plan launched = event(new HookEvent.Launched(HOOK, T0));
        assertEquals(List.of(), launched.actions());
        assertEquals(Optional.of(T0.plusSeconds(3)), launched.wakeAt());
        assertInstanceOf(Action.Start.class, only(event(ended(0))));
        assertEquals(ServiceState.STARTING, status.state());
    }

    @Test
    void killsWhatAPreStartHasLeftBeforeItStarts() {
        preStart();
        at(T0);
        event(new HookEvent.Launched(HOOK, T0));
        populated = true;

        assertInstanceOf(Action.KillGroup.class, only(event(ended(0))));
        populated = false;
        assertInstanceOf(Action.Start.class, only(at(T0)));
    }

    @Test
    void backsOffAfterAFailedPreStart() {
        preStart();
        at(T0);
        event(new HookEvent.Launched(HOOK, T0));

        assertEquals(List.of(), event(ended(3)).actions());

        assertEquals(ServiceState.BACKOFF, status.state());
        assertEquals("pre-start failed: exit status 3", status.reason());
        assertEquals(HookPoint.PRE_START, hook(at(T0.plusMillis(100))).point());
    }

    @Test
    void staysDownAfterAFailedPreStartWherePolicyIsNever() {
        preStart();
        spec = SpecFixture.with(spec).policy(RestartPolicy.When.NEVER).build();
        at(T0);

        event(new HookEvent.NotLaunched("execve /bin/hook: ENOENT", T0));

        assertEquals(ServiceState.FATAL, status.state());
        assertEquals("pre-start: execve /bin/hook: ENOENT", status.reason());
    }

    @Test
    void killsAPreStartThatTakesTooLong() {
        preStart();
        at(T0);
        event(new HookEvent.Launched(HOOK, T0));

        assertInstanceOf(Action.KillGroup.class, only(at(T0.plusSeconds(3))));
        event(ended(137));

        assertEquals(ServiceState.BACKOFF, status.state());
        assertEquals("pre-start took longer than 3 s", status.reason());
    }

    @Test
    void endsAPreStartWhereTheServiceIsNotWantedAnyMore() {
        preStart();
        at(T0);
        event(new HookEvent.Launched(HOOK, T0));
        override = Optional.of(false);

        Action.SendSignal signal = assertInstanceOf(Action.SendSignal.class, only(at(T0)));

        assertEquals(HOOK, signal.process());
        assertEquals(ServiceState.STOPPING, status.state());
        event(ended(143));
        assertEquals(ServiceState.STOPPED, status.state());
    }

    @Test
    void runsThePostStopBeforeItIsDown() {
        postStop();
        running();
        populated = false;

        Plan plan = event(new ProcessEvent.Ended(MAIN, new ExitStatus.Exited(1), T0));

        assertEquals(Optional.of(new ExitStatus.Exited(1)), hook(plan).exit());
        assertEquals(ServiceState.STOPPING, status.state());
        event(new HookEvent.Launched(HOOK, T0));
        event(ended(7));
        assertEquals(ServiceState.BACKOFF, status.state());
        assertEquals("Ended unexpectedly: exit status 1", status.reason());
    }

    @Test
    void killsWhoIsLeftBeforeThePostStop() {
        postStop();
        running();

        assertInstanceOf(
                Action.KillGroup.class, only(event(new ProcessEvent.Ended(MAIN, new ExitStatus.Exited(1), T0))));
    }

    @Test
    void runsThePostStopAfterAFailedLaunchToo() {
        postStop();
        at(T0);

        Plan plan = event(new ProcessEvent.LaunchFailed("mount: EPERM", SpecKey.launchHash(spec), T0));

        assertEquals(Optional.empty(), hook(plan).exit());
    }

    @Test
    void runsThePostStopBeforeAServiceIsForgotten() {
        postStop();
        running();
        declared = false;
        assertInstanceOf(Action.SendSignal.class, only(at(T0)));
        populated = false;

        Plan plan = event(new ProcessEvent.Ended(MAIN, new ExitStatus.Exited(0), T0));

        assertEquals(HookPoint.POST_STOP, hook(plan).point());
        assertInstanceOf(Action.RemoveGroup.class, only(event(new HookEvent.NotLaunched("execve: ENOENT", T0))));
    }

    @Test
    void runsNoPostStopOfWhatWasNeverBegun() {
        postStop();
        override = Optional.of(false);
        at(T0);
        declared = false;

        assertEquals(
                List.of(Action.RemoveGroup.class),
                at(T0).actions().stream().map(Object::getClass).toList());
    }

    @Test
    void stopsByItsCommandEvenWhenItIsNoLongerDeclared() {
        StopPolicy policy = new StopPolicy(Signal.INT, Duration.ofSeconds(3), Optional.of(aHook()));
        spec = SpecFixture.with(spec).stop(policy).build();
        running();
        declared = false;

        Action.RunStop stop = assertInstanceOf(Action.RunStop.class, only(at(T0)));

        assertEquals(policy, stop.policy());
        assertEquals(MAIN, stop.process());
        assertEquals(spec, stop.spec());
        assertEquals(ServiceState.STOPPING, status.state());
        assertInstanceOf(Action.KillGroup.class, only(at(T0.plusSeconds(3))));
    }

    private void preStart() {
        hooks(new Hooks(Optional.of(aHook()), Optional.empty()));
    }

    private void postStop() {
        hooks(new Hooks(Optional.empty(), Optional.of(aHook())));
    }

    private static Hook aHook() {
        return new Hook(List.of("/bin/hook"), Duration.ofSeconds(3), Hook.Where.CONTAINER);
    }

    private void hooks(Hooks hooks) {
        Lifecycle old = spec.lifecycle();
        spec = SpecFixture.with(spec)
                .lifecycle(new Lifecycle(
                        old.kind(),
                        old.remain(),
                        old.dependencies(),
                        old.health(),
                        old.maxRuntime(),
                        old.schedule(),
                        hooks))
                .build();
    }

    private void running() {
        at(T0.minusSeconds(2));
        populated = true;
        event(new ProcessEvent.Launched(MAIN, SpecKey.launchHash(spec), T0.minusSeconds(2)));
        at(T0);
        assertEquals(ServiceState.RUNNING, status.state());
    }

    private Plan at(Instant now) {
        return plan(Optional.empty(), Optional.empty(), now);
    }

    private Plan event(ProcessEvent event) {
        return plan(Optional.of(event), Optional.empty(), T0);
    }

    private Plan event(HookEvent event) {
        return plan(Optional.empty(), Optional.of(event), T0);
    }

    private static HookEvent ended(int code) {
        return new HookEvent.Ended(HOOK, new ExitStatus.Exited(code), T0, "");
    }

    private Plan plan(Optional<ProcessEvent> event, Optional<HookEvent> hookEvent, Instant now) {
        Map<ServiceName, Desired.Declared> services = declared ? Desired.Declared.all(List.of(spec)) : Map.of();
        Map<ServiceName, Boolean> overrides =
                override.map(run -> Map.of(WEB, run)).orElse(Map.of());
        desired = new Desired(services, Map.of(), overrides, false).after(desired, Set.of(WEB));
        Observed.Service seen =
                new Observed.Service(event, true, populated, List.of(), false, Signs.NONE, hookEvent, Optional.empty());
        Plan plan = planner.plan(desired, Map.of(WEB, status), new Observed(Map.of(WEB, seen), Set.of()), now);
        status = plan.statuses().getOrDefault(WEB, ServiceStatus.NEW);
        return plan;
    }

    private static Action.RunHook hook(Plan plan) {
        return assertInstanceOf(Action.RunHook.class, only(plan));
    }

    private static Action only(Plan plan) {
        assertEquals(1, plan.actions().size(), plan.actions().toString());
        return plan.actions().get(0);
    }
}
