package io.bulkhead.control;

import io.bulkhead.control.wire.ChangesReply;
import io.bulkhead.control.wire.ErrorReply;
import io.bulkhead.control.wire.FindingsReply;
import io.bulkhead.control.wire.GenerationsReply;
import io.bulkhead.control.wire.InspectReply;
import io.bulkhead.control.wire.KeyChange;
import io.bulkhead.control.wire.OutcomeView;
import io.bulkhead.control.wire.ServiceChange;
import io.bulkhead.control.wire.ServiceView;
import io.bulkhead.control.wire.UsageReply;
import io.bulkhead.control.wire.UsageView;
import io.bulkhead.generations.Generation;
import io.bulkhead.reconcile.Advice;
import io.bulkhead.reconcile.Changes;
import io.bulkhead.reconcile.Inspection;
import io.bulkhead.reconcile.Outcome;
import io.bulkhead.reconcile.Reconfiguration;
import io.bulkhead.reconcile.ServiceReport;
import io.bulkhead.reconcile.ServiceUsage;
import io.bulkhead.spec.ConfigException;
import io.bulkhead.spec.Instance;
import io.bulkhead.spec.Origin;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.SpecKey;
import io.bulkhead.status.HealthState;
import io.bulkhead.status.HookRun;
import io.bulkhead.status.Usage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;

/** Turns what {@code reconcile} tells into wire records. */
final class Wire {
    private Wire() {}

    static ServiceView service(ServiceReport report) {
        return new ServiceView(
                report.instance().process(),
                report.instance().service().value(),
                report.state().name(),
                report.state().code(),
                report.process().map(p -> OptionalInt.of(p.pid())).orElse(OptionalInt.empty()),
                report.startedAt().map(Instant::toString),
                report.endedAt().map(Instant::toString),
                report.lastExit().map(Object::toString),
                report.restarts(),
                report.nextStart().map(Instant::toString),
                report.reason(),
                report.broken(),
                report.roll() == ServiceReport.Roll.NONE
                        ? ""
                        : report.roll().name().toLowerCase(Locale.ROOT),
                "",
                new ServiceView.Vitals(
                        report.vitals().ready(),
                        report.vitals().health() == HealthState.NONE
                                ? ""
                                : report.vitals().health().name().toLowerCase(Locale.ROOT),
                        report.vitals().condition(),
                        report.vitals().says()));
    }

    static UsageReply usage(Instant at, List<ServiceUsage> services) {
        return new UsageReply(
                at.toString(),
                services.stream().map(s -> usage(s.instance(), s.usage())).toList());
    }

    private static UsageView usage(Instance instance, Usage usage) {
        return new UsageView(
                instance.process(),
                instance.service().value(),
                usage.clockMicros(),
                usage.cpuMicros(),
                usage.quotaMicros(),
                usage.periodMicros(),
                usage.periodsThrottled(),
                usage.memory(),
                usage.memoryMax(),
                usage.tasks(),
                usage.tasksMax(),
                usage.bytesRead(),
                usage.bytesWritten());
    }

    static InspectReply inspection(Inspection inspection) {
        return new InspectReply(
                service(inspection.report()),
                inspection.keys().stream()
                        .map(k -> new InspectReply.Key(
                                k.path(),
                                k.value(),
                                k.origin().equals(Origin.DEFAULT)
                                        ? ""
                                        : k.origin().toString()))
                        .toList(),
                inspection.groups().stream().map(Object::toString).toList(),
                inspection.limits().stream()
                        .map(l -> new InspectReply.Limit(
                                l.key(),
                                l.file().toString(),
                                l.asked(),
                                l.written(),
                                l.effective(),
                                l.limitedBy().map(Object::toString).orElse("")))
                        .toList(),
                inspection.hook().map(Wire::hook),
                inspection.hardship(),
                inspection.report().vitals().lines(),
                inspection.processes().stream()
                        .map(p -> new InspectReply.Member(p.pid(), p.command()))
                        .toList(),
                inspection.logs().stream().map(Object::toString).toList());
    }

    private static InspectReply.Hook hook(Inspection.Hook hook) {
        HookRun run = hook.run();
        return new InspectReply.Hook(
                run.point().toString(),
                run.where().name().toLowerCase(Locale.ROOT),
                hook.command(),
                run.process().map(p -> OptionalInt.of(p.pid())).orElse(OptionalInt.empty()),
                SpecKey.text(run.timeout()));
    }

    static FindingsReply findings(List<Advice> findings) {
        return new FindingsReply(findings.stream()
                .map(finding -> new FindingsReply.Finding(finding.sentence(), finding.remedy()))
                .toList());
    }

    static OutcomeView outcome(Outcome outcome) {
        return new OutcomeView(outcome.name(), outcome.result().name(), outcome.detail());
    }

    static List<OutcomeView> outcomes(List<Outcome> outcomes) {
        return outcomes.stream().map(Wire::outcome).toList();
    }

    static ChangesReply plan(Reconfiguration.Preview preview) {
        return changes(preview.changes(), preview.hash(), 0, "");
    }

    static ChangesReply applied(Reconfiguration.Applied applied) {
        return changes(
                applied.changes(), "", applied.generation(), applied.failure().orElse(""));
    }

    static GenerationsReply generations(List<Generation> generations, Generation current) {
        return new GenerationsReply(generations.stream()
                .map(g -> new GenerationsReply.One(
                        g.number(),
                        g.at().toString(),
                        g.by(),
                        g.cause(),
                        g.changes(),
                        g.hash(),
                        g.number() == current.number(),
                        g.held(),
                        g.watch().map(watch -> watch.until().toString()).orElse("")))
                .toList());
    }

    private static ChangesReply changes(Changes changes, String hash, int generation, String failure) {
        List<ServiceChange> changed = new ArrayList<>();
        changes.changed().forEach((name, keys) -> changed.add(new ServiceChange(name.value(), keys(keys))));
        return new ChangesReply(
                changes.added().stream().map(ServiceName::value).toList(),
                changes.removed().stream().map(ServiceName::value).toList(),
                changed,
                keys(changes.supervisor()),
                changes.notes(),
                hash,
                generation,
                failure);
    }

    private static List<KeyChange> keys(List<SpecKey.Change> changes) {
        return changes.stream()
                .map(c -> new KeyChange(
                        c.path(),
                        c.before(),
                        c.after(),
                        c.effect().name().toLowerCase(Locale.ROOT),
                        c.origin().file(),
                        c.origin().line()))
                .toList();
    }

    static ErrorReply problems(ConfigException e) {
        return new ErrorReply(
                "the configuration has errors; the one in force stays",
                List.of(),
                e.problems().stream()
                        .map(p -> new ErrorReply.Problem(
                                p.origin().file(), p.origin().line(), p.key(), p.message()))
                        .toList());
    }
}
