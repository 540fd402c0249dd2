package io.bulkhead.config;

import io.bulkhead.spec.Capability;
import io.bulkhead.spec.CapabilityChanges;
import io.bulkhead.spec.Confinement;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The keys {@code capabilities}, {@code no-new-privileges} and {@code seccomp}. */
final class ConfinementReader {
    private static final String ALL = "ALL";
    private static final Scalar<Set<Capability>> CAPABILITY =
            new Scalar<>("a capability such as NET_ADMIN, or ALL", ConfinementReader::capability);

    private final Section service;

    ConfinementReader(Section service) {
        this.service = service;
    }

    Confinement read() {
        return new Confinement(
                service.get("no-new-privileges", Scalar.bool(), Confinement.DEFAULT.noNewPrivileges()),
                capabilities(),
                SeccompReader.read(service));
    }

    private CapabilityChanges capabilities() {
        Section keys = service.section("capabilities");
        CapabilityChanges changes = new CapabilityChanges(set(keys, "add"), set(keys, "drop"));
        keys.done();
        return changes;
    }

    private static Set<Capability> set(Section keys, String key) {
        Set<Capability> set = new HashSet<>();
        keys.list(key, CAPABILITY).orElse(List.of()).forEach(set::addAll);
        return set;
    }

    private static Set<Capability> capability(String text) throws Refusal {
        if (text.equalsIgnoreCase(ALL)) {
            return EnumSet.allOf(Capability.class);
        }
        return Set.of(Capability.parse(text)
                .orElseThrow(() -> new Refusal("is not a capability" + Nearest.hint(text, names())
                        + "; capabilities(7) lists them, such as NET_ADMIN; ALL stands for all")));
    }

    private static List<String> names() {
        return Stream.of(Capability.values()).map(Enum::name).toList();
    }
}
