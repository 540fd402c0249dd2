package io.bulkhead.reconcile;

import io.bulkhead.generations.Composition;
import io.bulkhead.generations.Generation;
import io.bulkhead.generations.Generations;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.reconcile.Outcome.Result;
import io.bulkhead.spec.ConfigException;
import io.bulkhead.spec.Configuration;
import io.bulkhead.spec.HostSpec;
import io.bulkhead.spec.Instance;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/** What {@code reread}, {@code plan}, {@code reload} and the like do: from what the files say, or said, to what is in force. */
final class Configurations implements Reconfiguration {
    private final Supervisor supervisor;
    private final SpecSource source;
    private final KernelSide kernel;
    private final Supervisor.Listener listener;
    private final Chronicle chronicle;
    private final Generations generations;
    private final Enforcement enforcement;
    private final Plans plans = new Plans();

    Configurations(
            Supervisor supervisor,
            Reconciler reconciler,
            SpecSource source,
            KernelSide kernel,
            Supervisor.Listener listener,
            Chronicle chronicle,
            Beginning beginning) {
        this.supervisor = supervisor;
        this.source = source;
        this.kernel = kernel;
        this.listener = listener;
        this.chronicle = chronicle;
        this.generations = beginning.generations();
        this.enforcement = new Enforcement(supervisor, reconciler, source, chronicle, beginning);
    }

    /** Of the loop's thread: what an earlier daemon began to watch. */
    void goOnWatching() {
        enforcement.goOnWatching();
    }

    @Override
    public Preview preview() throws ConfigException {
        HostSpec next = source.load().host();
        HostSpec before = supervisor.inForceNow();
        Changes changes = Differences.between(before, next);
        List<String> notes = notes(changes, next);
        notes.addAll(enforcement.halted());
        return new Preview(changes.with(notes), plans.hash(before, next));
    }

    /** What the limits of services that come or change will do otherwise than asked. */
    private List<String> notes(Changes changes, HostSpec next) {
        List<String> notes = new ArrayList<>();
        for (ServiceSpec spec : next.services().values()) {
            ServiceName name = spec.instance().service();
            boolean isFirst = name.equals(spec.name()); // the limits of the others are the same
            boolean isNew = changes.added().contains(name) || changes.changed().containsKey(name);
            if (!isFirst || !isNew) {
                continue;
            }
            try {
                kernel.cgroups()
                        .foresee(name.value(), spec.limits())
                        .forEach(each -> notes.add(name + ": " + each.key() + ": " + each.sentence()));
            } catch (ErrnoException e) {
                notes.add(name + ": " + e.getMessage());
            }
        }
        return notes;
    }

    @Override
    public Applied reload(Request request) throws ConfigException {
        listener.reloading();
        try {
            Configuration next = load();
            Changes changes = Differences.between(supervisor.inForceNow(), next.host());
            List<String> notes = notes(changes, next.host());
            return enforcement.enforce(next("reload", next), request).with(notes);
        } finally {
            listener.reloaded();
        }
    }

    @Override
    public Applied apply(String hash, Request request) throws ConfigException, ChangedException {
        Enforcement.Step step;
        synchronized (enforcement) {
            Configuration next = load();
            plans.require(hash, supervisor.inForceNow(), next.host(), enforcement.current());
            step = enforcement.begin(next("apply", next), request);
        }
        return enforcement.finish(step);
    }

    private static Enforcement.Target next(String cause, Configuration next) {
        return new Enforcement.Target(
                next.host(),
                Composition.of(next.text()),
                cause,
                next.text().fingerprint(),
                OptionalInt.empty(),
                next.host().declared().keySet());
    }

    private Configuration load() throws ConfigException {
        try {
            return source.load();
        } catch (ConfigException e) {
            supervisor.onLoop(() -> {
                chronicle.refused(e.problems());
                return CompletableFuture.completedFuture(e);
            });
            throw e;
        }
    }

    @Override
    public Applied update(Set<String> names, Request request) throws ConfigException {
        Configuration loaded = load();
        HostSpec before = supervisor.inForceNow();
        boolean all = names.isEmpty() || names.stream().anyMatch(Instance::isAll);
        String cause = all ? "update" : "update " + String.join(" ", new TreeSet<>(names));
        Applied applied = enforcement.enforce(
                all ? next(cause, loaded) : partly(cause, before, Optional.of(loaded), names), request);
        List<Outcome> outcomes = new ArrayList<>();
        Changes changes = applied.changes();
        changes.removed().forEach(name -> outcomes.add(new Outcome(name.value(), Result.REMOVED)));
        changes.changed().keySet().forEach(name -> outcomes.add(new Outcome(name.value(), Result.UPDATED)));
        changes.added().forEach(name -> outcomes.add(new Outcome(name.value(), Result.ADDED)));
        for (String name : names) {
            boolean known = Instance.isAll(name)
                    || !before.declared(name).isEmpty()
                    || !loaded.host().declared(name).isEmpty();
            if (!known) {
                outcomes.add(new Outcome(name, Result.NO_SUCH_GROUP));
            }
        }
        return new Applied(changes, outcomes, applied.generation(), applied.failure());
    }

    /** What is in force, but for the services named: those are as {@code loaded} has them, or are not. */
    private Enforcement.Target partly(
            String cause, HostSpec before, Optional<Configuration> loaded, Collection<String> names) {
        Map<ServiceName, ServiceSpec> services = new TreeMap<>(before.services());
        TreeMap<ServiceName, List<io.bulkhead.spec.Problem>> broken = new TreeMap<>(before.broken());
        List<String> given = new ArrayList<>();
        for (String text : names) {
            before.declared(text).forEach(spec -> services.remove(spec.name()));
            broken.keySet().removeIf(name -> name.isNamed(text));
            loaded.map(l -> l.host().declared(text))
                    .ifPresent(specs -> specs.forEach(spec -> {
                        services.put(spec.name(), spec);
                        given.add(spec.instance().service().value());
                    }));
        }
        List<String> all =
                before.declared().keySet().stream().map(ServiceName::value).toList();
        List<String> replaced = new ArrayList<>(given);
        all.stream()
                .filter(name -> names.stream().anyMatch(new ServiceName(name)::isNamed))
                .forEach(replaced::add);
        Composition text = enforcement.text();
        return new Enforcement.Target(
                new HostSpec(before.supervisor(), new TreeMap<>(services), broken),
                text.with(
                        all,
                        replaced,
                        loaded.map(Configuration::text)
                                .orElseGet(() -> text.parts().get(0).text()),
                        given),
                cause,
                loaded.map(l -> l.text().fingerprint())
                        .orElseGet(() -> enforcement.current().files()),
                OptionalInt.empty(),
                replaced.stream().map(ServiceName::new).collect(Collectors.toSet()));
    }

    @Override
    public List<Outcome> add(List<String> names, Request request) throws ConfigException {
        Configuration loaded = load();
        List<Outcome> outcomes = new ArrayList<>();
        for (String name : names) {
            HostSpec before = supervisor.inForceNow();
            if (loaded.host().declared(name).isEmpty()) {
                outcomes.add(new Outcome(name, Result.NO_SUCH_PROCESS));
            } else if (!before.declared(name).isEmpty()) {
                outcomes.add(new Outcome(name, Result.ALREADY_ADDED));
            } else {
                enforcement.enforce(partly("add " + name, before, Optional.of(loaded), Set.of(name)), request);
                outcomes.add(new Outcome(name, Result.ADDED));
            }
        }
        return outcomes;
    }

    @Override
    public List<Outcome> remove(List<String> names, Request request) {
        List<Outcome> outcomes = new ArrayList<>();
        for (String name : names) {
            HostSpec before = supervisor.inForceNow();
            List<ServiceSpec> named = before.declared(name);
            if (named.isEmpty()) {
                outcomes.add(new Outcome(name, Result.NO_SUCH_PROCESS));
            } else if (named.stream().map(ServiceSpec::name).anyMatch(enforcement::isRunning)) {
                outcomes.add(new Outcome(name, Result.STILL_RUNNING));
            } else {
                enforcement.enforce(partly("remove " + name, before, Optional.empty(), Set.of(name)), request);
                outcomes.add(new Outcome(name, Result.REMOVED));
            }
        }
        return outcomes;
    }

    @Override
    public Applied rollback(OptionalInt number, Request request) throws ConfigException, UnknownGenerationException {
        OptionalInt chosen = number.isPresent() ? number : generations.before(enforcement.current());
        if (chosen.isEmpty()) {
            throw new UnknownGenerationException("there is no generation before this one");
        }
        Generation to = generations
                .get(chosen.getAsInt())
                .orElseThrow(() -> new UnknownGenerationException(
                        "no generation " + chosen.getAsInt() + ": kept are " + range(generations.all())));
        return enforcement.enforce(
                enforcement.earlier(
                        to, "rollback to " + to.number(), source.text().fingerprint()),
                request);
    }

    private static String range(List<Generation> kept) {
        return kept.isEmpty()
                ? "none"
                : kept.get(0).number() + " to " + kept.get(kept.size() - 1).number();
    }

    @Override
    public List<Available> available() throws ConfigException {
        HostSpec inForce = supervisor.inForceNow();
        return source.load().host().services().values().stream()
                .sorted(Comparator.comparing(ServiceSpec::instance))
                .map(spec ->
                        new Available(spec.instance(), inForce.services().containsKey(spec.name()), spec.autostart()))
                .toList();
    }

    @Override
    public List<Generation> generations() {
        return generations.all();
    }

    @Override
    public Generation current() {
        return enforcement.current();
    }
}
