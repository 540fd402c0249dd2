package io.bulkhead.health;

import io.bulkhead.cgroup.CgroupDriver;
import io.bulkhead.launch.Launcher;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.status.ProcessId;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Asks services whether they are ready and well, for as long as their processes live. One thread asks all of them; it waits for
 * nobody. All methods may be called by any thread.
 */
public final class Prober implements AutoCloseable {
    private final ProbeLoop loop;
    private final Questions questions;
    private final Linux linux;
    private final NotifySockets sockets;
    private final Entrants entrants;
    private volatile @Nullable Listener listener;
    private final Map<ServiceName, Examination> examinations = new ConcurrentHashMap<>();

    /** Who is told of changes, by the prober's thread. A service's run is known by the process that it began with. */
    public interface Listener {
        void changed(ServiceName service, ProcessId first, Change change);

        /**
         * A service has named others as its main process, by whatever they are.
         *
         * @param pids in the order in which they were named, some of the last at least
         */
        void named(ServiceName service, ProcessId first, List<Integer> pids);
    }

    /**
     * Something that is no longer as it was.
     *
     * @param what {@code ready}, {@code health}
     * @param from what it was
     * @param to what it is
     * @param cause the answer that has made it so
     * @param evidence what was printed with that; or empty
     */
    public record Change(String what, String from, String to, String cause, String evidence) {}

    /** @param runDir where the sockets are by which services tell how they are */
    public Prober(Linux linux, CgroupDriver cgroups, Launcher launcher, Path runDir) throws ErrnoException {
        this.linux = linux;
        this.loop = new ProbeLoop(linux);
        this.entrants = new Entrants(linux, cgroups, launcher, loop);
        this.questions = new Questions(loop, linux, entrants);
        this.sockets = new NotifySockets(linux, loop, runDir);
    }

    /** From now on tells {@code next}. */
    public void listener(Listener next) {
        listener = next;
    }

    public NotifySockets sockets() {
        return sockets;
    }

    /** Ends what an earlier daemon has begun to ask of a service, and that may hang. */
    public void endLeft(ServiceName service) throws ErrnoException {
        entrants.endLeft(service);
    }

    /** Begins to ask, in place of whichever process of the service was asked before. */
    public void begin(Subject subject) {
        ServiceName name = subject.spec().name();
        Examination examination =
                new Examination(subject, loop, questions, sockets, new Voice(name, subject.process()));
        Examination before = examinations.put(name, examination);
        loop.post(() -> {
            if (before != null) {
                end(before);
            }
            examination.begin();
        });
    }

    /** Goes on by another configuration. */
    public void update(ServiceSpec spec) {
        Examination examination = examinations.get(spec.name());
        if (examination != null) {
            loop.post(() -> examination.update(spec));
        }
    }

    /**
     * Another process is the main one of the run that began with {@code first}: whatever is known stays known.
     *
     * @param pidfd of the other; closed here
     * @param how in words, it has come to that
     */
    public void moved(ServiceName name, ProcessId first, ProcessId next, int pidfd, String how) {
        Examination examination = examinations.get(name);
        if (examination == null || !examination.first().equals(first)) {
            linux.close(pidfd);
            return;
        }
        examination.announce(next);
        loop.post(() -> linux.close(examination.isOver() ? pidfd : examination.move(next, pidfd, how)));
    }

    /** Has {@code done} run, by whichever thread, once all is told that a run has said before. */
    public void drain(ServiceName name, ProcessId first, Runnable done) {
        Examination examination = examinations.get(name);
        if (examination == null || !examination.first().equals(first)) {
            done.run();
        } else {
            loop.post(() -> examination.drain(done));
        }
    }

    /** The line by which a run tells that it is ready has come. */
    public void printed(ServiceName name, ProcessId first, String line) {
        Examination examination = examinations.get(name);
        if (examination != null && examination.first().equals(first)) {
            loop.post(() -> examination.printed(line));
        }
    }

    /** Asks no more. */
    public void end(ServiceName name) {
        Examination examination = examinations.remove(name);
        if (examination != null) {
            loop.post(() -> end(examination));
        }
    }

    private void end(Examination examination) {
        examination.end();
        linux.close(examination.pidfd());
    }

    /** What is known of a process by now; nothing, where another is asked, or none. */
    public Findings findings(ServiceName name, ProcessId process) {
        Examination examination = examinations.get(name);
        return examination != null && examination.isOf(process) ? examination.findings() : Findings.NONE;
    }

    /** What one run has to tell. */
    private final class Voice implements Examination.Listener {
        private final ServiceName name;
        private final ProcessId first;

        Voice(ServiceName name, ProcessId first) {
            this.name = name;
            this.first = first;
        }

        @Override
        public void changed(Change change) {
            Listener told = listener;
            if (told != null) {
                told.changed(name, first, change);
            }
        }

        @Override
        public void named(List<Integer> pids) {
            Listener told = listener;
            if (told != null) {
                told.named(name, first, pids);
            }
        }
    }

    @Override
    public void close() {
        examinations.keySet().forEach(this::end);
        loop.post(sockets::close);
        loop.close();
        entrants.close();
    }
}
