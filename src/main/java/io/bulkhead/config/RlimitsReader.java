package io.bulkhead.config;

import io.bulkhead.spec.Rlimit;
import io.bulkhead.spec.Rlimit.Resource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The section {@code rlimits} of a service: for each resource a value for both bounds, or {@code { soft, hard }}. */
final class RlimitsReader {
    private static final Set<Resource> IN_BYTES = EnumSet.of(
            Resource.FSIZE,
            Resource.DATA,
            Resource.STACK,
            Resource.CORE,
            Resource.RSS,
            Resource.MEMLOCK,
            Resource.AS,
            Resource.MSGQUEUE);

    private final Section section;

    RlimitsReader(Section section) {
        this.section = section;
    }

    /** In the order of the kernel's numbers. */
    List<Rlimit> read() {
        List<Rlimit> rlimits = new ArrayList<>();
        for (Resource resource : Resource.values()) {
            one(resource).ifPresent(rlimits::add);
        }
        section.done();
        return rlimits;
    }

    private Optional<Rlimit> one(Resource resource) {
        Scalar<Optional<Long>> scalar = bound(resource);
        if (!section.isObject(resource.key())) {
            return section.get(resource.key(), scalar).map(both -> new Rlimit(resource, raw(both), raw(both)));
        }
        Section bounds = section.section(resource.key());
        Optional<Optional<Long>> soft = bounds.get("soft", scalar);
        Optional<Optional<Long>> hard = bounds.get("hard", scalar);
        bounds.done();
        if (!bounds.has("soft") || !bounds.has("hard")) {
            bounds.conflict(List.of("soft", "hard"), "allowed are soft and hard together, or one value for both");
        }
        if (soft.isEmpty() || hard.isEmpty()) {
            return Optional.empty();
        }
        if (Long.compareUnsigned(raw(soft.get()), raw(hard.get())) > 0) {
            bounds.conflict(List.of("soft", "hard"), "soft is above hard");
            return Optional.empty();
        }
        return Optional.of(new Rlimit(resource, raw(soft.get()), raw(hard.get())));
    }

    private static Scalar<Optional<Long>> bound(Resource resource) {
        return (IN_BYTES.contains(resource) ? Scalar.size(0) : Scalar.integer(0, Scalar.LARGEST)).or("unlimited");
    }

    private static long raw(Optional<Long> bound) {
        return bound.orElse(Rlimit.UNLIMITED);
    }
}
