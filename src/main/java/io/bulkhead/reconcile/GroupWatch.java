package io.bulkhead.reconcile;

import io.bulkhead.cgroup.CgroupDriver;
import io.bulkhead.cgroup.Throttling;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.EventLoop;
import io.bulkhead.libc.Linux;
import io.bulkhead.plan.Desired;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.Signal;
import io.bulkhead.status.ExitStatus;
import io.bulkhead.status.Observed;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is known of the cgroups between two full looks. Owned by the loop's thread. */
final class GroupWatch {
    /** Of a process's periods: from here on it is told with its end. */
    private static final double MUCH_THROTTLED = 0.5;

    private static final Logger log = LoggerFactory.getLogger(GroupWatch.class);

    private final CgroupDriver driver;
    private final Linux linux;
    private final EventLoop loop;
    private final Chronicle chronicle;
    /** The descriptors of the groups' {@code cgroup.events}, where the host has that. */
    private final Map<String, Integer> events = new HashMap<>();

    private final Map<String, Group> groups = new HashMap<>();
    private final Map<String, Long> oomKills = new HashMap<>();
    private final Map<String, Long> forksRefused = new HashMap<>();
    private final Map<String, Throttling> throttled = new HashMap<>();
    private final Map<ServiceName, List<Observed.Difference>> reported = new HashMap<>();
    private Set<String> orphans = Set.of();

    /** One group as last seen. */
    record Group(boolean exists, boolean populated, boolean frozen, List<Observed.Difference> differences) {
        static final Group NONE = new Group(false, false, false, List.of());
    }

    GroupWatch(CgroupDriver driver, Linux linux, EventLoop loop, Chronicle chronicle) {
        this.chronicle = chronicle;
        this.driver = driver;
        this.linux = linux;
        this.loop = loop;
    }

    Group get(String name) {
        return groups.getOrDefault(name, Group.NONE);
    }

    Set<String> orphans() {
        return orphans;
    }

    boolean hasDifferences(String name) {
        return !get(name).differences.isEmpty();
    }

    /**
     * Looks at every group there is.
     *
     * @param alive the groups of which a process is known to run: nobody need be looked for in them
     */
    void look(Desired desired, Set<String> owned, Predicate<String> alive) {
        try {
            Set<String> present = driver.list();
            groups.keySet().retainAll(present);
            Set.copyOf(events.keySet()).stream()
                    .filter(name -> !present.contains(name))
                    .forEach(this::unwatch);
            Set<String> strangers = new HashSet<>(present);
            strangers.removeAll(owned);
            orphans = strangers;
            for (String name : present) {
                if (owned.contains(name)) {
                    look(desired, name, alive.test(name));
                }
            }
        } catch (ErrnoException e) {
            log.warn("cgroups cannot be looked at: {}", e.getMessage());
        }
    }

    /** One group that can't be looked at is no reason to look at no other. */
    private void look(Desired desired, String name, boolean alive) {
        try {
            boolean populated = alive || driver.populated(name);
            // Where there is v2, cgroup.events tells of every change from now on.
            boolean frozen = events.containsKey(name) ? get(name).frozen : driver.isFrozen(name);
            groups.put(name, new Group(true, populated, frozen, get(name).differences));
            groups.put(name, new Group(true, populated, frozen, differences(desired, name)));
            watch(name);
        } catch (ErrnoException e) {
            log.warn("group={} cannot be looked at: {}", name, e.getMessage());
        }
    }

    private List<Observed.Difference> differences(Desired desired, String name) throws ErrnoException {
        Desired.Declared declared = desired.services().get(new ServiceName(name));
        if (declared == null) {
            return List.of();
        }
        return driver.differences(name, declared.spec().limits()).stream()
                .map(write -> new Observed.Difference(write.key(), write.before(), write.after()))
                .toList();
    }

    /** Whether anybody is left in a group whose main process is gone. */
    void lookAt(String name) {
        try {
            groups.put(name, new Group(true, driver.populated(name), get(name).frozen, get(name).differences));
        } catch (ErrnoException e) {
            log.debug("group={} {}", name, e.getMessage());
        }
    }

    /** What an action has left behind; limits are in force after each that leaves a group. */
    void note(String name, boolean exists, boolean populated) {
        if (exists) {
            groups.put(name, new Group(true, populated, get(name).frozen, get(name).differences));
            watch(name);
            return;
        }
        unwatch(name);
        groups.remove(name);
        oomKills.remove(name);
        forksRefused.remove(name);
        throttled.remove(name);
        Set<String> left = new HashSet<>(orphans);
        left.remove(name);
        orphans = left;
    }

    /** Wakes the loop when the group's first process comes or its last one goes. cgroups(7), "cgroup.events" */
    private void watch(String name) {
        if (events.containsKey(name)) {
            return;
        }
        driver.eventsFile(name).ifPresent(file -> {
            try {
                int fd = linux.open(file.toString(), Linux.O_RDONLY);
                events.put(name, fd);
                loop.watchChanges(fd, () -> {
                    lookAt(name);
                    isFrozen(name);
                });
            } catch (ErrnoException e) {
                log.debug("group={} {}", name, e.getMessage());
            }
        });
    }

    /** Whether the processes of the group stand still, as of now. */
    boolean isFrozen(String name) {
        try {
            boolean frozen = driver.isFrozen(name);
            groups.computeIfPresent(
                    name, (n, group) -> new Group(group.exists, group.populated, frozen, group.differences));
            return frozen;
        } catch (ErrnoException e) {
            log.debug("group={} {}", name, e.getMessage());
            return false;
        }
    }

    /** What stands still can neither begin nor end. */
    void wake(ServiceName name) {
        if (!get(name.value()).frozen) {
            return;
        }
        try {
            driver.thaw(name.value());
            log.info("service={} resumed", name);
        } catch (ErrnoException e) {
            log.warn("service={} not resumed: {}", name, e.getMessage());
        }
    }

    /** Those of them whose processes stood still when they were last looked at. */
    Set<ServiceName> frozen(Set<ServiceName> names) {
        Set<ServiceName> frozen = new HashSet<>();
        for (ServiceName name : names) {
            if (get(name.value()).frozen) {
                frozen.add(name);
            }
        }
        return frozen.isEmpty() ? Set.of() : frozen;
    }

    private void unwatch(String name) {
        Integer fd = events.remove(name);
        if (fd != null) {
            loop.unwatch(fd);
            linux.close(fd);
        }
    }

    /** A process was born in the group, which may have been made anew. */
    void born(String name) {
        unwatch(name);
        note(name, true, true);
        countOomKills(name);
        throttled.put(name, driver.throttling(name));
    }

    /** Lets nothing that befell the group so far be laid to a later end. */
    void countHardship(String name) {
        countOomKills(name);
        driver.forksRefused(name).ifPresent(count -> forksRefused.put(name, count));
        throttled.put(name, driver.throttling(name));
    }

    /** Lets what the OOM killer did so far not be laid to a later end. */
    private void countOomKills(String name) {
        oomKills.put(name, driver.oomKills(name).orElse(0));
    }

    /** Its limits need no attention until the next full look. */
    void settled(String name) {
        groups.computeIfPresent(name, (n, group) -> new Group(group.exists, group.populated, group.frozen, List.of()));
    }

    /** Says once that limits have drifted. */
    void report(ServiceName name, List<Observed.Difference> differences) {
        if (!differences.equals(reported.put(name, differences))) {
            chronicle.drifted(name, differences);
        }
        settled(name.value());
    }

    /** An end, with what the group has come up against, in words. */
    record End(ExitStatus status, String hardship) {}

    /** A SIGKILL, seen by us or told of by an init or a shell, is the OOM killer's where its counter in the group has grown. */
    End explain(String name, ExitStatus exit) {
        if (exit instanceof ExitStatus.Exited exited && exited.code() == 0) {
            return new End(exit, "");
        }
        String cpuAndForks = joined(forksRefused(name), heldUp(name));
        if (!wasKilled(exit)) {
            return new End(exit, cpuAndForks);
        }
        OptionalLong kills = driver.oomKills(name);
        long before = oomKills.getOrDefault(name, 0L);
        kills.ifPresent(count -> oomKills.put(name, count));
        if (kills.orElse(0) <= before) {
            return new End(exit, cpuAndForks);
        }
        String memory = "memory: " + driver.hardship(name).memory();
        return new End(
                exit instanceof ExitStatus.Signaled ? new ExitStatus.Signaled(Signal.KILL.number(), false, true) : exit,
                joined(memory, cpuAndForks));
    }

    private static String joined(String first, String second) {
        return first.isEmpty() || second.isEmpty() ? first + second : first + "; " + second;
    }

    /** A service that had to wait for most of its time may have missed what others expected of it. */
    private String heldUp(String name) {
        Throttling since = driver.throttling(name).since(throttled.getOrDefault(name, Throttling.NONE));
        return since.share() < MUCH_THROTTLED ? "" : since.toString();
    }

    private static boolean wasKilled(ExitStatus exit) {
        int kill = Signal.KILL.number();
        if (exit instanceof ExitStatus.Exited exited) {
            return exited.code() == 128 + kill;
        }
        return exit instanceof ExitStatus.Signaled signaled && signaled.signal() == kill;
    }

    private String forksRefused(String name) {
        OptionalLong refused = driver.forksRefused(name);
        if (refused.isEmpty()) {
            return "";
        }
        Long before = forksRefused.put(name, refused.getAsLong());
        long more = refused.getAsLong() - (before == null ? 0 : Math.min(before, refused.getAsLong()));
        return more == 0 ? "" : "at pids.max " + more + (more == 1 ? " fork was refused" : " forks were refused");
    }
}
