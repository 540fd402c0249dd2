package io.bulkhead.process;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.spec.Signal;
import io.bulkhead.status.ExitStatus;
import io.bulkhead.status.ProcessId;
import java.util.Optional;
import java.util.Set;

/**
 * A process held by its pidfd: what is sent to it can hit no other, and its end is seen by whoever polls the descriptor.
 *
 * @param id the process
 * @param pidfd readable once it has ended
 */
public record WatchedProcess(ProcessId id, int pidfd) {
    /** What these do to a process that doesn't handle them is not to end it. signal(7) */
    private static final Set<Signal> HARMLESS = Set.of(
            Signal.CHLD, Signal.CONT, Signal.URG, Signal.WINCH, Signal.STOP, Signal.TSTP, Signal.TTIN, Signal.TTOU);

    /**
     * Takes hold of a process that somebody else started.
     *
     * @throws ErrnoException ESRCH where it is gone, or its pid is another's by now
     */
    public static WatchedProcess attach(Linux linux, ProcessFiles files, ProcessId id) throws ErrnoException {
        int pidfd = linux.processes().open(id.pid());
        if (files.identify(id.pid()).filter(id::equals).isEmpty()) {
            linux.close(pidfd);
            throw new ErrnoException("pidfd_open " + id.pid(), ErrnoException.ESRCH);
        }
        return new WatchedProcess(id, pidfd);
    }

    /**
     * Sends a signal, with the effect it has on any process: the kernel shields process 1 of a PID namespace from signals it
     * has no handler for, so where such a signal would end another process, it is ended by SIGKILL. Else every service that
     * doesn't handle SIGTERM would have to be waited for in vain. pid_namespaces(7)
     *
     * @return what was sent
     */
    public Signal signal(Linux linux, ProcessFiles files, Signal signal) throws ErrnoException {
        boolean shielded =
                files.isNamespaceInit(id.pid()) && endsByDefault(files, signal) && !files.isOurInit(id.pid());
        Signal sent = shielded ? Signal.KILL : signal;
        linux.processes().signal(pidfd, sent.number());
        return sent;
    }

    private boolean endsByDefault(ProcessFiles files, Signal signal) {
        if (HARMLESS.contains(signal)) {
            return false;
        }
        long bit = 1L << (signal.number() - 1);
        long attended = files.signalMask(id.pid(), "SigCgt:").orElse(bit)
                | files.signalMask(id.pid(), "SigIgn:").orElse(bit)
                | files.signalMask(id.pid(), "SigBlk:").orElse(bit);
        return (attended & bit) == 0;
    }

    /**
     * How it ended; to be asked after the descriptor has become readable. Reaps a child.
     *
     * @return empty where it isn't a child and nobody can tell before its parent has reaped it: the descriptor hangs up
     *     then
     */
    public Optional<ExitStatus> exitStatus(Linux linux, ProcessFiles files) throws ErrnoException {
        try {
            return Optional.of(linux.processes()
                    .waitStatus(pidfd)
                    .or(() -> files.zombieStatus(id))
                    .map(ExitStatus::ofWaitStatus)
                    .orElseGet(() -> new ExitStatus.Unknown(false)));
        } catch (ErrnoException e) {
            if (e.errno() == ErrnoException.EAGAIN) {
                return files.zombieStatus(id).map(ExitStatus::ofWaitStatus);
            }
            throw e;
        }
    }
}
