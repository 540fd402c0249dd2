package io.bulkhead.config;

import io.bulkhead.spec.NetworkLink;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What two services, or instances of one, on one bridge can't both have: an address. */
final class NetworkClashes {
    private final Problems problems;
    private final Map<String, ServiceSpec> owners = new HashMap<>();

    NetworkClashes(Problems problems) {
        this.problems = problems;
    }

    /** Notes what {@code services} take from one another; the one whose name comes first has it. */
    void check(Iterable<ServiceSpec> services) {
        for (ServiceSpec service : services) {
            Optional<NetworkLink> link = service.namespaces().net().link();
            if (link.isPresent()) {
                for (NetworkLink.Address address : link.get().addresses()) {
                    claim(
                            service,
                            link.get().bridge(),
                            "net.address",
                            address.host().toString());
                }
                link.get()
                        .hardwareAddress()
                        .ifPresent(mac -> claim(service, link.get().bridge(), "net.mac", mac));
            }
        }
    }

    private void claim(ServiceSpec service, String bridge, String key, String what) {
        ServiceSpec owner = owners.putIfAbsent(bridge + " " + what, service);
        if (owner != null && !owner.name().equals(service.name())) {
            ServiceName name = service.instance().service();
            boolean isOwn = name.equals(owner.instance().service());
            problems.add(
                    service.originOf(key),
                    "services." + Shown.key(name.value()) + "." + key,
                    Optional.of(name),
                    what + " on " + bridge
                            + (isOwn
                                    ? " would be that of several instances: ${instance} in it makes them differ"
                                    : " is that of service " + owner.instance().service() + " (" + owner.originOf(key)
                                            + ")"));
        }
    }
}
