package io.bulkhead.control;

import io.bulkhead.generations.Generation;
import io.bulkhead.reconcile.Changes;
import io.bulkhead.reconcile.Outcome;
import io.bulkhead.reconcile.Outcome.Result;
import io.bulkhead.reconcile.Reconfiguration;
import io.bulkhead.spec.ConfigException;
import io.bulkhead.spec.Instance;
import io.bulkhead.spec.Origin;
import io.bulkhead.spec.Problem;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.SpecKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The configuration's side of {@link FakeOperations}. */
final class FakeConfiguration implements Reconfiguration {
    boolean broken;
    boolean changed = true;

    @Override
    public Preview preview() throws ConfigException {
        return new Preview(
                changes(), changed ? "1111111111111111-2222222222222222" : "1111111111111111-1111111111111111");
    }

    private Changes changes() throws ConfigException {
        if (broken) {
            throw new ConfigException(List.of(
                    new Problem(
                            new Origin("/etc/bulkhead/services.d/web.conf", 12),
                            "services.web.cpu.period",
                            Optional.of(new ServiceName("web")),
                            "5 s is outside 1 ms to 1 s"),
                    new Problem(
                            new Origin("/etc/bulkhead/supervisord.conf", 3),
                            "supervisor.run-dirr",
                            Optional.empty(),
                            "unknown key: did you mean run-dir?")));
        }
        if (!changed) {
            return new Changes(new TreeSet<>(), new TreeSet<>(), new TreeMap<>(), List.of());
        }
        Origin origin = new Origin("/etc/bulkhead/services.d/web.conf", 7);
        return new Changes(
                new TreeSet<>(Set.of(new ServiceName("fresh"))),
                new TreeSet<>(Set.of(new ServiceName("old"))),
                new TreeMap<>(Map.of(
                        new ServiceName("web"),
                        List.of(
                                new SpecKey.Change("cpu.quota", "20 ms", "40 ms", origin, SpecKey.Effect.LIVE),
                                new SpecKey.Change(
                                        "command",
                                        "[\"/bin/a\"]",
                                        "[\"/bin/b\"]",
                                        Origin.DEFAULT,
                                        SpecKey.Effect.RESTART)),
                        new ServiceName("worker"),
                        List.of(new SpecKey.Change("memory.max", "unlimited", "64 B", origin, SpecKey.Effect.LIVE)))),
                List.of(new SpecKey.Change(
                        "supervisor.run-dir", "/run/a", "/run/b", Origin.DEFAULT, SpecKey.Effect.RESTART)));
    }

    /** One that is watched fails. */
    private Applied applied(Request request) throws ConfigException {
        return request.watch().isPresent()
                ? new Applied(
                        changes(),
                        List.of(),
                        5,
                        Optional.of("web: BACKOFF Ended unexpectedly: exit status 1; generation 3 is in force again, as"
                                + " generation 5"))
                : new Applied(changes(), List.of(), 4, Optional.empty());
    }

    @Override
    public Applied reload(Request request) throws ConfigException {
        return applied(request);
    }

    @Override
    public Applied apply(String hash, Request request) throws ConfigException, ChangedException {
        if (!hash.equals(preview().hash())) {
            throw new ChangedException(List.of(
                    "in force is another configuration: generation 3 (update web, by root)",
                    "the files say something else: changed web (nice)"));
        }
        return applied(request);
    }

    @Override
    public Applied rollback(OptionalInt number, Request request) throws ConfigException, UnknownGenerationException {
        if (number.orElse(2) > 3) {
            throw new UnknownGenerationException("no generation " + number.orElse(2) + ": kept are 1 to 3");
        }
        return applied(request);
    }

    @Override
    public List<Generation> generations() {
        Optional<Generation.Watch> watch = changed
                ? Optional.empty()
                : Optional.of(new Generation.Watch(2, FakeOperations.ENDED.plusSeconds(30), List.of("web")));
        return List.of(
                new Generation(
                        1,
                        FakeOperations.ENDED,
                        "supervisord",
                        "start",
                        "",
                        "1111111111111111",
                        1,
                        "f",
                        false,
                        Optional.empty()),
                new Generation(
                        2,
                        FakeOperations.ENDED,
                        "root",
                        "reload",
                        "added fresh",
                        "2222222222222222",
                        2,
                        "f",
                        false,
                        Optional.empty()),
                new Generation(
                        3,
                        FakeOperations.ENDED,
                        "root",
                        "rollback to 1",
                        "removed fresh",
                        "1111111111111111",
                        1,
                        "f",
                        !changed,
                        watch));
    }

    @Override
    public Generation current() {
        return generations().get(2);
    }

    @Override
    public Applied update(Set<String> names, Request request) throws ConfigException {
        return new Applied(
                changes(),
                names.contains("nosuch")
                        ? List.of(new Outcome("nosuch", Result.NO_SUCH_GROUP))
                        : List.of(
                                new Outcome("old", Result.REMOVED),
                                new Outcome("web", Result.UPDATED),
                                new Outcome("fresh", Result.ADDED)),
                4,
                Optional.empty());
    }

    @Override
    public List<Outcome> add(List<String> names, Request request) {
        return FakeOperations.each(names, name -> switch (name) {
            case "fresh" -> new Outcome(name, Result.ADDED);
            case "web" -> new Outcome(name, Result.ALREADY_ADDED);
            default -> FakeOperations.unknown(name);
        });
    }

    @Override
    public List<Outcome> remove(List<String> names, Request request) {
        return FakeOperations.each(names, name -> switch (name) {
            case "idle" -> new Outcome(name, Result.REMOVED);
            case "web" -> new Outcome(name, Result.STILL_RUNNING);
            default -> FakeOperations.unknown(name);
        });
    }

    @Override
    public List<Available> available() {
        return List.of(
                new Available(Instance.only(new ServiceName("fresh")), false, true),
                new Available(Instance.only(new ServiceName("idle")), true, false),
                new Available(Instance.only(new ServiceName("of-a-name-that-is-wider-than-the-column")), true, true),
                new Available(Instance.only(new ServiceName("web")), true, true));
    }
}
