package io.bulkhead.control;

import io.bulkhead.reconcile.ServiceNames;
import io.bulkhead.spec.Instance;
import io.bulkhead.spec.ServiceName;
import java.util.List;

/**
 * Which events are asked for, and what their services are called. The history has what the kernel knows them by, which stays
 * when there are more instances or fewer.
 *
 * @param texts as somebody typed them; none: all, and the daemon's
 */
record EventNames(ServiceNames names, List<String> texts) {
    EventNames {
        texts = texts.stream().anyMatch(Instance::isAll) ? List.of() : List.copyOf(texts);
    }

    /** @param service of an event; empty: the daemon */
    boolean areAskedFor(String service) {
        return texts.isEmpty() || texts.stream().anyMatch(text -> isNamed(service, text));
    }

    /** What happened to a service that is no more is asked for by the same name. */
    private boolean isNamed(String service, String text) {
        return service.equals(text) || (ServiceName.isValid(service) && names.isNamed(new ServiceName(service), text));
    }

    /** What an event's service is called now. */
    String shown(String service) {
        return ServiceName.isValid(service) ? names.shown(new ServiceName(service)) : service;
    }
}
