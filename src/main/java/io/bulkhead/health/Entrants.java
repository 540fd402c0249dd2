package io.bulkhead.health;

import io.bulkhead.cgroup.CgroupDriver;
import io.bulkhead.cgroup.JoinAtBirth;
import io.bulkhead.cgroup.Removal;
import io.bulkhead.cgroup.Subgroup;
import io.bulkhead.launch.JoinRequest;
import io.bulkhead.launch.LaunchException;
import io.bulkhead.launch.Launcher;
import io.bulkhead.launch.Streams;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends commands into services, each in a group of its own below the service's, and ends them with all they started. What takes time
 * is done by threads of its own, a bounded number of them; what comes of it is told by the loop's.
 */
final class Entrants implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Entrants.class);
    /** More would only wait for the kernel's locks; fewer could all be held up by services that stop whatever enters them. */
    private static final int THREADS = 16;

    /** Of the groups' names, which end in a number. */
    private static final String PREFIX = "bulkhead-probe.";

    private final Linux linux;
    private final CgroupDriver cgroups;
    private final Launcher launcher;
    private final ProbeLoop loop;
    private final ThreadPoolExecutor pool;
    private final AtomicLong groups = new AtomicLong();

    /**
     * A command that runs.
     *
     * @param group the group that is its own
     * @param pidfd of it, a child of ours; the receiver's to close
     * @param output where what it prints is read, likewise
     */
    record Entrant(Subgroup group, int pidfd, int output) {}

    Entrants(Linux linux, CgroupDriver cgroups, Launcher launcher, ProbeLoop loop) {
        this.linux = linux;
        this.cgroups = cgroups;
        this.launcher = launcher;
        this.loop = loop;
        AtomicInteger count = new AtomicInteger();
        this.pool = new ThreadPoolExecutor(THREADS, THREADS, 5, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            Thread thread = new Thread(task, "probe-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        pool.allowCoreThreadTimeOut(true);
    }

    /** Launches a command, and has one of both told. */
    void send(
            Subject subject,
            List<String> command,
            Duration timeout,
            Consumer<Entrant> launched,
            Consumer<String> failed) {
        int pidfd;
        try {
            pidfd = linux.duplicate(subject.pidfd(), Streams.LEAST); // the subject's may be closed meanwhile
        } catch (ErrnoException e) {
            loop.post(() -> failed.accept(String.valueOf(e.getMessage())));
            return;
        }
        Subject held = subject.with(subject.process(), pidfd);
        pool.execute(() -> {
            try {
                Entrant entrant = launch(held, command, timeout);
                loop.post(() -> launched.accept(entrant));
            } catch (LaunchException | ErrnoException e) {
                loop.post(() -> failed.accept(String.valueOf(e.getMessage())));
            } catch (RuntimeException | Error e) {
                log.error("service={} probe not launched", subject.spec().name(), e);
                loop.post(() -> failed.accept(e.toString()));
            } finally {
                linux.close(pidfd);
            }
        });
    }

    private Entrant launch(Subject subject, List<String> command, Duration timeout)
            throws LaunchException, ErrnoException {
        // One that hasn't come to its end must not take the next one along.
        Subgroup group = cgroups.below(subject.spec().name().value(), PREFIX + groups.incrementAndGet());
        JoinAtBirth join = group.make();
        int[] pipe = linux.pipes().outputPipe();
        int input = -1;
        int output = -1;
        boolean up = false;
        try {
            int nothing = linux.open("/dev/null", Linux.O_RDONLY);
            input = high(nothing);
            output = high(pipe[1]);
            Streams streams = new Streams(input, output, output, false, OptionalInt.empty());
            Entrant entrant = new Entrant(
                    group,
                    launcher.join(request(subject, command, timeout, join, streams))
                            .pidfd(),
                    pipe[0]);
            up = true;
            return entrant;
        } finally {
            close(input);
            close(output);
            if (!up) {
                linux.close(pipe[0]);
                endNow(group);
            }
        }
    }

    private int high(int fd) throws ErrnoException {
        try {
            return linux.duplicate(fd, Streams.LEAST);
        } finally {
            linux.close(fd);
        }
    }

    private void close(int fd) {
        if (fd >= 0) {
            linux.close(fd);
        }
    }

    private JoinRequest request(
            Subject subject, List<String> command, Duration timeout, JoinAtBirth join, Streams streams) {
        ServiceSpec spec = subject.spec();
        return new JoinRequest(
                spec,
                subject.process().pid(),
                subject.pidfd(),
                join.unified().map(Path::toString),
                join.tasksFiles().stream().map(Path::toString).toList(),
                cgroups.controlsDevices(),
                command,
                Map.of(),
                spec.credentials(),
                spec.workdir(),
                timeout,
                streams);
    }

    /** Ends all that is in a group, soon. */
    void end(Subgroup group) {
        pool.execute(() -> endNow(group));
    }

    private void endNow(Subgroup group) {
        try {
            if (group.end() instanceof Removal.Busy busy) {
                log.warn("what a probe has started was killed and doesn't end: {}", busy);
            }
        } catch (ErrnoException e) {
            log.warn("what a probe has started is not ended: {}", e.getMessage());
        }
    }

    /** Ends what an earlier daemon has sent into a service. */
    void endLeft(ServiceName service) throws ErrnoException {
        for (String name : cgroups.below(service.value())) {
            if (name.startsWith(PREFIX)) {
                log.info("service={} a probe of an earlier daemon is ended", service);
                endNow(cgroups.below(service.value(), name));
            }
        }
    }

    @Override
    public void close() {
        pool.shutdown();
    }
}
