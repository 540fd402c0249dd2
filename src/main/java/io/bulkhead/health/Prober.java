package io.bulkhead.health;

import io.bulkhead.cgroup.CgroupDriver;
import io.bulkhead.launch.Launcher;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.status.ProcessId;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

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
    private volatile Listener listener = (service, process, change) -> {};
    private final Map<ServiceName, Examination> examinations = new ConcurrentHashMap<>();

    /** Who is told of changes, by the prober's thread. */
    public interface Listener {
        void changed(ServiceName service, ProcessId process, Change change);
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
        Examination examination = new Examination(
                subject, loop, questions, sockets, change -> listener.changed(name, subject.process(), change));
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

    /** The line by which a process tells that it is ready has come. */
    public void printed(ServiceName name, ProcessId process, String line) {
        Examination examination = examinations.get(name);
        if (examination != null && examination.process().equals(process)) {
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
        return examination != null && examination.process().equals(process) ? examination.findings() : Findings.NONE;
    }

    @Override
    public void close() {
        examinations.keySet().forEach(this::end);
        loop.post(sockets::close);
        loop.close();
        entrants.close();
    }
}
