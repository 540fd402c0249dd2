package io.bulkhead.config;

import io.bulkhead.spec.Instance;
import io.bulkhead.spec.Instances;
import io.bulkhead.spec.RootView;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** The keys {@code instances} and {@code rolling}. */
final class InstancesReader {
    static final String KEY = "instances";

    private final Section service;

    InstancesReader(Section service) {
        this.service = service;
    }

    Instances read(ServiceName name) {
        int count = service.get(KEY, Scalar.integer(1, Instances.MOST), (long) Instances.ONE.count())
                .intValue();
        Section rolling = service.section("rolling");
        Optional<Long> most =
                rolling.get("max-unavailable", Scalar.integer(1, Instances.MOST).or("all"), Optional.of((long)
                        Instances.ONE.maxUnavailable()));
        rolling.done();
        String last = name + "_" + Instance.padded(count - 1);
        if (count > 1 && !ServiceName.isValid(last)) {
            int suffix = last.length() - name.value().length();
            service.problem(
                    KEY,
                    "its last instance would be named " + Shown.text(last) + ": with " + count
                            + " instances a service's name may have " + (ServiceName.LONGEST - suffix) + " characters");
            return Instances.ONE;
        }
        return new Instances(count, most.map(Long::intValue).orElse(Instances.ALL));
    }

    /** Notes where an instance would have the name of another service, or what only one can write. */
    static void check(Collection<ServiceSpec> services, Collection<String> declared, Problems problems) {
        Set<String> kept = new HashSet<>();
        for (ServiceSpec spec : services) {
            Instance instance = spec.instance();
            Optional<Path> keep = spec.view().overlay().flatMap(RootView.Overlay::keep);
            if (keep.isPresent() && !kept.add(instance.service() + " " + keep.get())) {
                // Two overlays on one upper directory: "undefined behavior" in the kernel's own words.
                problem(
                        spec,
                        "rootfs.overlay.keep",
                        Shown.text(keep.get().toString()) + " would be written by several instances:"
                                + " ${instance} in it makes them differ",
                        problems);
            }
            if (instance.name().equals(instance.service())) {
                names(spec, declared, problems);
            }
        }
    }

    private static void names(ServiceSpec spec, Collection<String> declared, Problems problems) {
        Instances instances = spec.instance().instances();
        for (int i = 0; instances.count() > 1 && i < instances.count(); i++) {
            String name = new Instance(spec.instance().service(), i, instances).process();
            if (declared.contains(name)) {
                problem(
                        spec,
                        KEY,
                        "its instance " + i + " would be named " + name + ", as another service is",
                        problems);
            }
        }
    }

    private static void problem(ServiceSpec spec, String key, String message, Problems problems) {
        ServiceName service = spec.instance().service();
        problems.add(
                spec.originOf(key),
                "services." + Shown.key(service.value()) + "." + key,
                Optional.of(service),
                message);
    }
}
