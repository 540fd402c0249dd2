package io.bulkhead.reconcile;

import io.bulkhead.cgroup.CgroupDriver;
import io.bulkhead.cgroup.Notice;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.EventLoop;
import io.bulkhead.libc.Linux;
import io.bulkhead.plan.Desired;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.Strain;
import io.bulkhead.status.ProcessId;
import io.bulkhead.status.ServiceStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Notices want of memory in the groups of those services that are to be restarted for it. Owned by the loop's thread. */
final class StrainWatch {
    private static final Logger log = LoggerFactory.getLogger(StrainWatch.class);
    private static final Duration WINDOW = Strain.Pressure.SHORTEST;

    private final CgroupDriver driver;
    private final Linux linux;
    private final EventLoop loop;
    private final Map<ServiceName, Watched> watched = new HashMap<>();
    private final Map<ServiceName, String> strained = new HashMap<>();

    StrainWatch(CgroupDriver driver, Linux linux, EventLoop loop) {
        this.driver = driver;
        this.linux = linux;
        this.loop = loop;
    }

    /** What has befallen a service since it was last asked for, in words; empty: nothing. */
    Optional<String> take(ServiceName name) {
        return strained.isEmpty() ? Optional.empty() : Optional.ofNullable(strained.remove(name));
    }

    /** Begins with those that run by now and ends with those that don't. */
    void follow(Desired desired, Map<ServiceName, ServiceStatus> statuses) {
        for (ServiceName name : Set.copyOf(watched.keySet())) {
            if (!desired.services().containsKey(name) || !statuses.containsKey(name)) {
                leave(name);
            }
        }
        desired.services().forEach((name, declared) -> {
            Strain on = declared.spec().restart().on();
            if (!on.isNone() || watched.containsKey(name)) {
                follow(name, on, statuses.getOrDefault(name, ServiceStatus.NEW));
            }
        });
    }

    private void follow(ServiceName name, Strain on, ServiceStatus status) {
        Watched known = watched.get(name);
        if (known != null && known.on.equals(on) && status.process().equals(Optional.of(known.process))) {
            known.countOomKills(); // v1 tells of one before it is counted
            return;
        }
        leave(name);
        if (!on.isNone() && status.process().isPresent()) {
            Instant since = status.startedAt().orElseGet(Instant::now);
            Watched next = new Watched(name, on, status.process().get(), since);
            watched.put(name, next);
            next.begin();
        }
    }

    private void leave(ServiceName name) {
        strained.remove(name);
        Watched known = watched.remove(name);
        if (known != null) {
            known.end();
        }
    }

    /** One process of a service, with its own. */
    private final class Watched {
        private final ServiceName name;
        private final Strain on;
        private final ProcessId process;
        private final Instant startedAt;
        private final List<Integer> descriptors = new ArrayList<>();
        private long oomKills;
        private Optional<Instant> strainedSince = Optional.empty();
        private Instant lastStrained = Instant.EPOCH;

        Watched(ServiceName name, Strain on, ProcessId process, Instant startedAt) {
            this.name = name;
            this.on = on;
            this.process = process;
            this.startedAt = startedAt;
        }

        void begin() {
            try {
                if (on.oom()) {
                    oomKills = driver.oomKills(name.value()).orElse(0);
                    watch(driver.memoryNotices().oom(name.value()), this::countOomKills);
                }
                if (on.pressure().isPresent()) {
                    Duration stall =
                            WINDOW.multipliedBy(on.pressure().get().percent()).dividedBy(100);
                    watch(driver.memoryNotices().pressure(name.value(), stall, WINDOW), () -> pressed(Instant.now()));
                }
            } catch (ErrnoException e) {
                log.warn("service={} want of memory is not noticed: {}", name, e.getMessage());
            }
        }

        private void watch(Optional<Notice> notice, Runnable noticed) throws ErrnoException {
            if (notice.isEmpty()) {
                return;
            }
            int fd = notice.get().fd();
            descriptors.add(fd);
            if (notice.get().priority()) {
                loop.watchChanges(fd, noticed);
            } else {
                loop.watch(fd, () -> {
                    linux.eventfds().clear(fd);
                    noticed.run();
                });
            }
        }

        void countOomKills() {
            if (!on.oom()) {
                return;
            }
            long count = driver.oomKills(name.value()).orElse(oomKills);
            if (count > oomKills) {
                oomKills = count;
                strained.put(
                        name,
                        "The OOM killer has killed a process of it; memory: "
                                + driver.hardship(name.value()).memory());
            }
        }

        /** A window has passed in which it was pressed; what lies more than one further back is over. */
        private void pressed(Instant now) {
            Strain.Pressure limit = on.pressure().orElseThrow();
            if (lastStrained.plus(WINDOW.multipliedBy(2)).isBefore(now)) {
                Instant since = now.minus(WINDOW);
                strainedSince = Optional.of(since.isBefore(startedAt) ? startedAt : since);
            }
            lastStrained = now;
            boolean longEnough =
                    !strainedSince.orElse(now).plus(limit.duration()).isAfter(now);
            if (longEnough && !startedAt.plus(limit.minUptime()).isAfter(now)) {
                strained.put(
                        name,
                        "Waited for memory for " + limit.limit() + " of the time or more for "
                                + Duration.between(strainedSince.orElse(now), now)
                                        .toSeconds() + " s");
            }
        }

        void end() {
            for (int fd : descriptors) {
                loop.unwatch(fd);
                linux.close(fd);
            }
        }
    }
}
