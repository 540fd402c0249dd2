package io.bulkhead.logs;

import static io.bulkhead.libc.SystemCall.*;

import io.bulkhead.libc.Checkpoint;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.libc.SleepingProgram;
import io.bulkhead.libc.SyscallProgram;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One process, the keeper, that has all pipes of the output open and sleeps: the kernel throws a pipe away, with its content, when
 * nobody has it open any more, and one without a path can be had from those alone who have it open. It is a page of code and runs
 * none of it.
 *
 * <p>Descriptors can't be put into a process from outside; where there are pipes to be added, another keeper, a child with all that
 * the daemon has, takes the place of the first. From one instant on the {@link KeeperRecord} names the other, so that whenever the
 * daemon dies the next one finds one that has all that was ever written to. Not thread-safe.
 */
final class PipeKeeper implements AutoCloseable {
    static final String NAME = "bulkhead-keeper";
    private static final Logger log = LoggerFactory.getLogger(PipeKeeper.class);
    private static final int SIG_SETMASK = 2;
    private static final int SIGKILL = 9;
    private static final int F_SETFD = 2;

    private final Linux linux;
    private final Path runDir;
    private final PipeFinder finder;
    private volatile Optional<Keeper> keeper = Optional.empty();
    private Optional<EndWatcher> watcher = Optional.empty();
    private Runnable lost = () -> {};

    private record Keeper(int pid, int pidfd, boolean isChild) {}

    PipeKeeper(Linux linux, Path runDir) {
        this.linux = linux;
        this.runDir = runDir;
        this.finder = new PipeFinder(linux);
    }

    /**
     * Takes up the last daemon's keeper, where there is one.
     *
     * @return the pipes that it holds, and where it is gone those that anybody does, by descriptors of the daemon's
     */
    Map<String, Integer> adopt() throws IOException {
        Optional<KeeperRecord> record = KeeperRecord.read(linux, runDir);
        if (record.isEmpty()) {
            return Map.of();
        }
        try {
            int pidfd = linux.processes().open(record.get().pid());
            // From here on the pid can't become another's without that being seen below.
            Map<String, Integer> taken = finder.of(record.get());
            if (isRecorded(record.get(), pidfd)) {
                keeper = Optional.of(new Keeper(record.get().pid(), pidfd, false));
                long all = record.get().pipes().count();
                if (taken.size() < all) {
                    log.warn("{} of {} pipes of services' output are not taken up", all - taken.size(), all);
                }
                return taken;
            }
            taken.values().forEach(linux::close);
            linux.close(pidfd);
        } catch (ErrnoException e) {
            log.debug("keeper {}: {}", record.get().pid(), e.getMessage());
        }
        log.warn(
                "the process that keeps services' output, pid {}, is gone: pipes are sought with those who write to them",
                record.get().pid());
        return finder.anywhere(record.get());
    }

    private boolean isRecorded(KeeperRecord record, int pidfd) {
        try {
            boolean same = KeeperRecord.start(linux, record.pid())
                    .filter(start -> start == record.start())
                    .isPresent();
            linux.processes().signal(pidfd, 0);
            return same;
        } catch (ErrnoException e) {
            return false;
        }
    }

    /** Whether there is one. */
    boolean isThere() {
        return keeper.isPresent();
    }

    /** Has another keeper, with exactly these, take the place of the present one, which stays if that fails. */
    void replace(SortedMap<String, LogPipe> pipes) throws ErrnoException, IOException {
        Optional<Keeper> next = pipes.isEmpty() ? Optional.empty() : Optional.of(launch(pipes));
        try {
            Checkpoint.PIPES_HELD.reached();
            if (next.isPresent()) {
                record(next.get(), pipes).write(linux, runDir);
            } else {
                KeeperRecord.delete(runDir);
            }
        } catch (ErrnoException | IOException e) {
            next.ifPresent(this::end);
            throw e;
        }
        Optional<Keeper> last = keeper;
        keeper = next;
        last.ifPresent(this::end);
        if (next.isPresent()) {
            watch(next.get());
        }
    }

    private KeeperRecord record(Keeper of, Map<String, LogPipe> pipes) throws IOException, ErrnoException {
        List<KeeperRecord.Entry> entries = new ArrayList<>();
        for (Map.Entry<String, LogPipe> pipe : pipes.entrySet()) {
            LogPipe held = pipe.getValue();
            entries.add(new KeeperRecord.Entry(pipe.getKey(), held.fd(), held.what()));
        }
        long start = KeeperRecord.start(linux, of.pid())
                .orElseThrow(() -> new ErrnoException("read /proc/" + of.pid() + "/stat", ErrnoException.ESRCH));
        return new KeeperRecord(of.pid(), start, entries);
    }

    private Keeper launch(SortedMap<String, LogPipe> pipes) throws ErrnoException {
        int code = linux.memoryFiles().program(NAME, SleepingProgram.elf());
        SyscallProgram.Builder program = SyscallProgram.builder(0);
        program.call(DUP3, NAME, code, 0, 0);
        keepOnly(program, pipes);
        program.call(SETSID, "");
        program.call(CHDIR, "/", "/");
        program.call(RT_SIGPROCMASK, "", SIG_SETMASK, program.longs(0), 0, 8);
        List<String> words = new ArrayList<>(List.of(NAME, runDir.toString()));
        pipes.forEach((stream, pipe) -> words.add(stream + "=" + pipe.fd()));
        program.call(EXECVEAT, NAME, 0, "", program.strings(words), program.strings(List.of()), Linux.AT_EMPTY_PATH);
        try (SyscallProgram built = program.build()) {
            SyscallProgram.Child child = built.run(linux);
            return new Keeper(child.pid(), child.pidfd(), true);
        } finally {
            linux.close(code);
        }
    }

    /** Of the descriptors that the child has from the daemon. */
    private static void keepOnly(SyscallProgram.Builder program, Map<String, LogPipe> pipes) {
        int next = 1;
        for (int fd : new TreeSet<>(pipes.values().stream().map(LogPipe::fd).toList())) {
            if (fd > next) {
                program.call(CLOSE_RANGE, "", next, fd - 1, 0);
            }
            program.call(FCNTL, "F_SETFD 0", fd, F_SETFD, 0);
            next = fd + 1;
        }
        program.call(CLOSE_RANGE, "", next, 0xffffffffL, 0);
    }

    /**
     * Has somebody wait for the end of the present keeper and of each that follows.
     *
     * @param lost run where it wasn't to end
     */
    void watch(EndWatcher by, Runnable lost) {
        this.watcher = Optional.of(by);
        this.lost = lost;
        keeper.ifPresent(this::watch);
    }

    private void watch(Keeper one) {
        if (watcher.isEmpty()) {
            return;
        }
        try {
            watcher.get().watch(linux.duplicate(one.pidfd(), 0), () -> {
                if (keeper.equals(Optional.of(one))) {
                    lost.run();
                }
            });
        } catch (ErrnoException e) {
            log.warn("nobody will notice if the process that keeps services' output ends: {}", e.getMessage());
        }
    }

    /** Ends the keeper: nothing is left to be kept. */
    void end() throws IOException {
        KeeperRecord.delete(runDir);
        keeper.ifPresent(this::end);
        keeper = Optional.empty();
    }

    private void end(Keeper one) {
        try {
            linux.processes().signal(one.pidfd(), SIGKILL);
            if (one.isChild()) {
                linux.processes().reap(one.pidfd());
            }
        } catch (ErrnoException e) {
            log.debug("keeper {}: {}", one.pid(), e.getMessage());
        }
        linux.close(one.pidfd());
    }

    /** Lets go of the keeper, for the next daemon. */
    @Override
    public void close() {
        keeper.ifPresent(one -> linux.close(one.pidfd()));
        keeper = Optional.empty();
    }

    /** Those that no record names, by what they were called with: nobody else's process is called so. */
    void endOthers() throws IOException {
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                int pid = Integer.parseInt(process.getFileName().toString());
                if (keeper.filter(own -> own.pid() == pid).isEmpty() && isKeeper(process)) {
                    kill(pid, process);
                }
            }
        }
    }

    private void kill(int pid, Path process) {
        try {
            int pidfd = linux.processes().open(pid);
            if (isKeeper(process)) {
                linux.processes().signal(pidfd, SIGKILL);
            }
            linux.close(pidfd);
        } catch (ErrnoException e) {
            log.debug("keeper {}: {}", pid, e.getMessage());
        }
    }

    private boolean isKeeper(Path process) {
        try {
            String called = new String(Files.readAllBytes(process.resolve("cmdline")), StandardCharsets.UTF_8);
            // That of an earlier version has but one word more: the directory of the FIFOs that it opened.
            return (called.startsWith(NAME + "\0" + runDir + "\0") || called.equals(NAME + "\0" + runDir + "/fifo\0"))
                    && Files.readSymbolicLink(process.resolve("exe")).toString().startsWith("/memfd:" + NAME);
        } catch (IOException e) {
            return false; // it ended
        }
    }
}
