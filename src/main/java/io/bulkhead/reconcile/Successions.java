package io.bulkhead.reconcile;

import io.bulkhead.libc.Checkpoint;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.EventLoop;
import io.bulkhead.process.WatchedProcess;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.status.ProcessId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Main processes whose place another takes, since their service says so: {@code MAINPID=} of sd_notify(3). Owned by the
 * loop's thread.
 *
 * <p>A service may name any pid. Who is taken has to be right in the service's own group, and is held by its pidfd before that
 * is looked at. And a process may name another and end in the next moment, so that its end is seen first: before an end is
 * one, all is heard that was said before.
 *
 * <p>Of many that hand over in a row, some wait for room in the socket, and are then heard in any order. So the last that was
 * heard of may be none of the last, and when it ends, the youngest takes its place of those that were named shortly before, if
 * that is younger than the one that has ended.
 *
 * @see <a href="https://man7.org/linux/man-pages/man3/sd_notify.3.html">sd_notify(3)</a>
 */
final class Successions {
    private static final Logger log = LoggerFactory.getLogger(Successions.class);
    /** Of those that were named in a row and had ended as well, each may have named the next. It need not go on for ever. */
    private static final int MOST_IN_A_ROW = 100;

    private static final Comparator<ProcessId> YOUNGER =
            Comparator.comparingLong(ProcessId::startTicks).thenComparingInt(ProcessId::pid);

    /** How long it is remembered who was named. */
    private static final Duration MEMORY = Duration.ofSeconds(5);

    private static final int MOST_REMEMBERED = 32;

    private static final Duration WINDOW = Duration.ofMinutes(1);
    /** In a {@link #WINDOW}, of one service. */
    private static final int MOST_TOLD = 20;

    private final KernelSide kernel;
    private final EventLoop loop;
    private final MainProcesses processes;
    private final Probes probes;
    private final Chronicle chronicle;
    private final Moved moved;
    /** Services that have named somebody who was gone by then. */
    private final Set<ServiceName> gone = new HashSet<>();

    private final Map<ServiceName, List<Named>> recent = new HashMap<>();
    private final Map<ServiceName, Told> told = new HashMap<>();

    /** Told of each succession. */
    interface Moved {
        void accept(ServiceName name, ProcessId from, ProcessId to);
    }

    private record Named(ProcessId process, Instant at) {}

    /** How much was told of a service, and since when. */
    private record Told(Instant since, int count) {}

    Successions(
            KernelSide kernel,
            EventLoop loop,
            MainProcesses processes,
            Probes probes,
            Chronicle chronicle,
            Moved moved) {
        this.kernel = kernel;
        this.loop = loop;
        this.processes = processes;
        this.probes = probes;
        this.chronicle = chronicle;
        this.moved = moved;
    }

    /**
     * Has {@code then} run once all is seen to that a service has said whose main process has ended; not where another has
     * taken its place by then.
     */
    void hearOut(ServiceName name, WatchedProcess ended, Runnable then) {
        Optional<Probes.Asked> run = probes.asked(name).filter(r -> r.spec().namesMainProcess());
        if (run.isEmpty()) {
            then.run();
        } else {
            hearOut(name, ended, run.get().first(), then, MOST_IN_A_ROW);
        }
    }

    private void hearOut(ServiceName name, WatchedProcess ended, ProcessId first, Runnable then, int left) {
        gone.remove(name);
        // Behind whatever is handed in of what is heard.
        Runnable heard = () -> {
            if (!isMain(name, ended)) {
                return; // what is gone concerns the end of the one that has its place
            }
            if (gone.remove(name) && left > 0) {
                hearOut(name, ended, first, then, left - 1);
                return;
            }
            recall(name, ended);
            if (isMain(name, ended)) {
                then.run();
            }
        };
        kernel.prober().drain(name, first, () -> loop.post(heard));
    }

    private boolean isMain(ServiceName name, WatchedProcess process) {
        return processes.get(name).filter(process::equals).isPresent();
    }

    /** Nobody was named by the last that was heard of, which may not be the last that was named. */
    private void recall(ServiceName name, WatchedProcess ended) {
        Instant since = Instant.now().minus(MEMORY);
        List<Integer> younger = recent.getOrDefault(name, List.of()).stream()
                .filter(named -> named.at.isAfter(since))
                .map(Named::process)
                .filter(process -> YOUNGER.compare(process, ended.id()) > 0)
                .filter(kernel.processes()::isAlive)
                .sorted(YOUNGER)
                .map(ProcessId::pid)
                .toList();
        choose(name, ended, younger).ifPresent(next -> move(name, ended, next));
    }

    private void remember(ServiceName name, ProcessId process) {
        Instant now = Instant.now();
        recent.values().removeIf(all -> now.isAfter(all.get(all.size() - 1).at.plus(MEMORY)));
        List<Named> all = recent.computeIfAbsent(name, n -> new ArrayList<>());
        all.removeIf(named -> named.process.equals(process));
        all.add(new Named(process, now));
        if (all.size() > MOST_REMEMBERED) {
            all.remove(0);
        }
    }

    /** A run has named these as its main process, the last one last. */
    void named(ServiceName name, ProcessId first, List<Integer> pids) {
        Optional<Probes.Asked> run = probes.asked(name).filter(r -> r.first().equals(first));
        Optional<WatchedProcess> main = processes.get(name);
        if (run.isEmpty() || main.isEmpty()) {
            return;
        }
        if (!run.get().spec().namesMainProcess()) {
            passOver(name, pids.get(pids.size() - 1), whyNever(run.get().spec()));
            return;
        }
        choose(name, main.get(), pids).ifPresent(next -> move(name, main.get(), next));
    }

    private static String whyNever(ServiceSpec spec) {
        return spec.init()
                ? "with init = true the main process is the init, which ends with the command"
                : "with namespaces.pid = private all processes end with the first, and none can take its place";
    }

    /** The last of them that may be it. */
    private Optional<WatchedProcess> choose(ServiceName name, WatchedProcess main, List<Integer> pids) {
        boolean stays = kernel.processes().isAlive(main.id());
        List<WatchedProcess> held = new ArrayList<>();
        for (int i = pids.size() - 1; i >= 0; i--) {
            int pid = pids.get(i);
            if (stays && pid == main.id().pid()) {
                break;
            }
            Optional<WatchedProcess> candidate = hold(pid);
            candidate.ifPresent(held::add);
            candidate.ifPresent(process -> remember(name, process.id()));
            if (candidate.isEmpty()) {
                gone.add(name);
                if (stays) {
                    passOver(name, pid, "there is no such process");
                }
            }
        }
        Optional<WatchedProcess> chosen = Optional.empty();
        Set<Integer> members = held.isEmpty() ? Set.of() : members(name);
        for (WatchedProcess candidate : held) {
            if (chosen.isEmpty() && mayBe(name, candidate, members)) {
                chosen = Optional.of(candidate);
            } else {
                kernel.linux().close(candidate.pidfd());
            }
        }
        return chosen;
    }

    private Optional<WatchedProcess> hold(int pid) {
        try {
            Optional<ProcessId> id = kernel.processes().identify(pid).filter(kernel.processes()::isAlive);
            return id.isEmpty()
                    ? Optional.empty()
                    : Optional.of(WatchedProcess.attach(kernel.linux(), kernel.processes(), id.get()));
        } catch (ErrnoException e) {
            if (e.errno() != ErrnoException.ESRCH) {
                log.warn("pid={} {}", pid, e.getMessage());
            }
            return Optional.empty();
        }
    }

    private Set<Integer> members(ServiceName name) {
        try {
            return kernel.cgroups().members(name.value());
        } catch (ErrnoException e) {
            log.warn("service={} {}", name, e.getMessage());
            return Set.of();
        }
    }

    private boolean mayBe(ServiceName name, WatchedProcess candidate, Set<Integer> members) {
        String objection = objection(candidate.id(), members);
        // Only where it lives still was the pid its own all the time.
        if (!kernel.processes().isAlive(candidate.id())) {
            gone.add(name);
            return false;
        }
        if (!objection.isEmpty()) {
            passOver(name, candidate.id().pid(), objection);
        }
        return objection.isEmpty();
    }

    private String objection(ProcessId candidate, Set<Integer> members) {
        if (!members.contains(candidate.pid())) {
            return "it is not in the service's own cgroup";
        }
        if (kernel.processes().isInNamespaceBelow(candidate.pid())) {
            return "it has a PID namespace of its own";
        }
        if (kernel.processes().isChild(candidate) && !processes.isFormer(candidate)) {
            return "it is a command that was sent into the service";
        }
        return "";
    }

    private void move(ServiceName name, WatchedProcess main, WatchedProcess next) {
        try {
            processes.replace(name, next);
        } catch (ErrnoException e) {
            log.warn("service={} pid={} cannot be watched: {}", name, next.id(), e.getMessage());
            kernel.linux().close(next.pidfd());
            return;
        }
        Checkpoint.MAIN_MOVED.reached();
        String how = "main process is now pid " + next.id() + " (MAINPID, before: pid " + main.id() + ")";
        probes.moved(name, next, how);
        if (mayTell(name)) {
            chronicle.moved(name, next.id(), main.id(), how);
        }
        moved.accept(name, main.id(), next.id());
    }

    private void passOver(ServiceName name, int pid, String why) {
        if (mayTell(name)) {
            chronicle.passedOver(name, pid, why);
        }
    }

    /** Who says much is told of once in a while. */
    private boolean mayTell(ServiceName name) {
        Instant now = Instant.now();
        told.values().removeIf(t -> !now.isBefore(t.since.plus(WINDOW)));
        Told before = told.getOrDefault(name, new Told(now, 0));
        told.put(name, new Told(before.since, before.count + 1));
        return before.count < MOST_TOLD;
    }
}
