package io.bulkhead.reconcile;

import io.bulkhead.spec.Instance;
import io.bulkhead.spec.Instances;
import io.bulkhead.spec.ServiceName;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What services, and their instances, are called by people. Immutable. */
public final class ServiceNames {
    private static final int MOST_SHOWN = 5;
    private static final Pattern NUMBERED = Pattern.compile("(.+)_([0-9]{2,3})");

    private final Map<ServiceName, Instance> declared = new TreeMap<>();
    private final Set<ServiceName> services = new HashSet<>();

    /** @param declared every instance of every service there is by the configuration in force */
    public ServiceNames(Collection<Instance> declared) {
        for (Instance instance : declared) {
            this.declared.put(instance.name(), instance);
            services.add(instance.service());
        }
    }

    /** Those that somebody means who types {@code text}, by service and number; none where there is none such. */
    public List<ServiceName> named(String text) {
        return declared.values().stream()
                .filter(instance -> isNamed(instance, text))
                .sorted()
                .map(Instance::name)
                .toList();
    }

    /** The one that somebody means who types {@code text}. */
    public Optional<ServiceName> one(String text) {
        List<ServiceName> named = named(text);
        return named.size() == 1 ? Optional.of(named.get(0)) : Optional.empty();
    }

    /** Why there is no {@link #one}. */
    public String notOne(String text) {
        List<ServiceName> named = named(text);
        if (named.isEmpty()) {
            return text.endsWith(":*") ? "no such group" : "no such process";
        }
        String some = named.stream().limit(MOST_SHOWN).map(this::shown).collect(Collectors.joining(", "));
        return "which of " + some + (named.size() > MOST_SHOWN ? ", ..." : "") + "?";
    }

    /** Whether somebody who types {@code text} means it, declared or not. */
    public boolean isNamed(ServiceName name, String text) {
        return isNamed(of(name), text);
    }

    private static boolean isNamed(Instance instance, String text) {
        return Instance.isNamed(instance.service().value(), instance.process(), text);
    }

    /** The whole name as people see it. */
    public String shown(ServiceName name) {
        return of(name).shown();
    }

    /** What it is an instance of, or has been before there were fewer. */
    public Instance of(ServiceName name) {
        Instance known = declared.get(name);
        return known != null ? known : surplus(name).orElseGet(() -> Instance.only(name));
    }

    private Optional<Instance> surplus(ServiceName name) {
        Matcher numbered = NUMBERED.matcher(name.value());
        if (!numbered.matches() || !ServiceName.isValid(numbered.group(1))) {
            return Optional.empty();
        }
        ServiceName service = new ServiceName(numbered.group(1));
        int index = Integer.parseInt(numbered.group(2));
        boolean isOurs =
                services.contains(service) && index > 0 && numbered.group(2).equals(Instance.padded(index));
        return isOurs
                ? Optional.of(new Instance(service, index, new Instances(index + 1, Instances.ALL)))
                : Optional.empty();
    }
}
