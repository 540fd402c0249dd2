package io.bulkhead.reconcile;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.plan.Action;
import io.bulkhead.plan.Desired;
import io.bulkhead.plan.Plan;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.status.ProcessId;
import io.bulkhead.status.ServiceState;
import io.bulkhead.status.ServiceStatus;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that the records say what a later daemon has to know, before anything that depends on it is done: what is
 * planned is written down first. Owned by the loop's thread.
 */
final class RecordKeeper {
    private static final Logger log = LoggerFactory.getLogger(RecordKeeper.class);

    private final RecordStore store;
    /** As they are on disk. */
    private final Map<ServiceName, RuntimeRecord> records = new HashMap<>();

    private boolean failed;

    RecordKeeper(RecordStore store) {
        this.store = store;
    }

    /** What an earlier daemon has left. */
    void adopt(ServiceName name, RuntimeRecord record) {
        records.put(name, record);
    }

    /** Writes what a plan has changed; whoever is found in the group of a service that it starts comes from that start. */
    void keep(Plan plan, Desired desired) {
        Map<ServiceName, Map<String, String>> launches = new HashMap<>();
        for (Action action : plan.actions()) {
            if (action instanceof Action.Start start) {
                launches.put(start.service().spec().name(), start.service().launchKeys());
            } else if (action instanceof Action.RunHook hook) {
                hook.launched().ifPresent(service -> launches.put(hook.spec().name(), service.launchKeys()));
            }
        }
        records.keySet().retainAll(plan.statuses().keySet());
        plan.statuses().forEach((name, status) -> keep(name, status, desired, launches.get(name)));
    }

    private void keep(ServiceName name, ServiceStatus status, Desired desired, @Nullable Map<String, String> launch) {
        Optional<Boolean> override = Optional.ofNullable(desired.overrides().get(name));
        Optional<ProcessId> replaced = Optional.ofNullable(desired.replaced().get(name));
        RuntimeRecord known = records.get(name);
        boolean nothing = status.state() == ServiceState.STOPPED
                && override.isEmpty()
                && status.turn().isEmpty();
        if (known == null && nothing) {
            return;
        }
        if (known != null
                && launch == null
                && RuntimeRecord.isSame(known.status(), status)
                && known.override().equals(override)
                && known.replaced().equals(replaced)) {
            return;
        }
        Map<String, String> keys = launch != null ? launch : known == null ? Map.of() : known.launchKeys();
        // Without a hash, it is the declaration and not a launch that has made it what it is.
        boolean launched = launch != null || status.launchHash().isPresent() || status.state() == ServiceState.STARTING;
        boolean signalled =
                known != null && known.signalled() && known.status().process().equals(status.process());
        write(name, RuntimeRecord.of(status, launched ? keys : Map.of(), signalled, override, replaced));
    }

    /** The stop signal need not be sent again. */
    void signalled(ServiceName name) {
        RuntimeRecord known = records.get(name);
        if (known != null && !known.signalled()) {
            write(name, RuntimeRecord.of(known.status(), known.launchKeys(), true, known.override(), known.replaced()));
        }
    }

    /** Its record is deleted. */
    void forgotten(ServiceName name) {
        records.remove(name);
    }

    private void write(ServiceName name, RuntimeRecord record) {
        records.put(name, record);
        try {
            store.write(name, record);
            failed = false;
        } catch (ErrnoException | IOException e) {
            if (!failed) {
                log.warn("service={} runtime record not written: {}", name, e.getMessage());
            }
            failed = true;
            drop(name);
        }
    }

    /** No record is better than one that tells of a process that is gone. */
    private void drop(ServiceName name) {
        try {
            store.delete(name);
        } catch (IOException e) {
            log.debug("service={} runtime record not deleted: {}", name, e.toString());
        }
    }
}
