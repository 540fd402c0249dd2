package io.bulkhead.logs;

import static io.bulkhead.libc.SystemCall.*;

import io.bulkhead.libc.Checkpoint;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.libc.SleepingProgram;
import io.bulkhead.libc.SyscallProgram;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that what a service wrote outlives both it and the daemon: the kernel throws a pipe's content away when nobody
 * has it open any more, so one process, the keeper, has all FIFOs open and sleeps. It is a page of code and runs none of it.
 *
 * <p>Descriptors can't be put into a process from outside; where there are FIFOs to be added, another keeper takes the
 * place of the first. The next daemon replaces the last one's. Thread-safe.
 */
public final class FifoKeeper {
    private static final Logger log = LoggerFactory.getLogger(FifoKeeper.class);
    private static final String NAME = "bulkhead-keeper";
    private static final int SIG_SETMASK = 2;
    private static final int SIGKILL = 9;

    private final Linux linux;
    private final Path directory;
    private final Set<Path> held = new HashSet<>();
    private Optional<SyscallProgram.Child> keeper = Optional.empty();
    private boolean first = true;

    public FifoKeeper(Linux linux, Path runDir) {
        this.linux = linux;
        this.directory = runDir.resolve("fifo");
    }

    /** Returns once these are held, with all others that there are; without a keeper, where that can't be, with a warning. */
    public synchronized void hold(List<String> paths) {
        for (String path : paths) {
            if (!path.startsWith("/dev/") && !held.contains(Path.of(path))) {
                replace();
                return;
            }
        }
    }

    /** Lets go of those that are no more. */
    public synchronized void release() {
        if (held.stream().anyMatch(fifo -> !Files.exists(fifo))) {
            replace();
        }
    }

    /** Takes the place of an earlier daemon's keeper. */
    public synchronized void adopt() {
        replace();
    }

    private void replace() {
        try {
            Set<Path> fifos = fifos();
            Optional<SyscallProgram.Child> next = launchWithAll(fifos);
            Checkpoint.FIFOS_HELD.reached();
            held.clear();
            held.addAll(fifos);
            keeper.ifPresent(this::end);
            keeper = next;
            if (first) {
                endOthers();
                first = false;
            }
        } catch (ErrnoException | IOException e) {
            log.warn("output of services that end while no daemon runs can be lost: {}", e.getMessage());
        }
    }

    /** Leaves out what is removed before the keeper can open it; whoever makes one of that name anew has it held then. */
    private Optional<SyscallProgram.Child> launchWithAll(Set<Path> fifos) throws ErrnoException {
        while (!fifos.isEmpty()) {
            try {
                return Optional.of(launch(fifos));
            } catch (ErrnoException e) {
                if (e.errno() != ErrnoException.ENOENT
                        || !fifos.removeIf(fifo -> e.operation().equals(OPENAT + " " + fifo))) {
                    throw e;
                }
            }
        }
        return Optional.empty();
    }

    private Set<Path> fifos() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            // Spools lie beside them, and need no keeping.
            return new TreeSet<>(files.filter(file -> file.toString().matches(".*\\.std(out|err)(\\.stage)?"))
                    .toList());
        }
    }

    private SyscallProgram.Child launch(Set<Path> fifos) throws ErrnoException {
        int code = linux.memoryFiles().program(NAME, SleepingProgram.elf());
        SyscallProgram.Builder program = SyscallProgram.builder(0);
        program.call(DUP3, NAME, code, 0, 0);
        program.call(CLOSE_RANGE, "", 1, 0xffffffffL, 0);
        program.call(SETSID, "");
        program.call(CHDIR, "/", "/");
        for (Path fifo : fifos) {
            program.call(OPENAT, fifo.toString(), Linux.AT_FDCWD, fifo.toString(), Linux.O_RDWR | Linux.O_NONBLOCK, 0);
        }
        program.call(RT_SIGPROCMASK, "", SIG_SETMASK, program.longs(0), 0, 8);
        program.call(
                EXECVEAT,
                NAME,
                0,
                "",
                program.strings(List.of(NAME, directory.toString())),
                program.strings(List.of()),
                Linux.AT_EMPTY_PATH);
        try (SyscallProgram built = program.build()) {
            return built.run(linux);
        } finally {
            linux.close(code);
        }
    }

    /** Ends the keeper: nothing is left to be kept. */
    public synchronized void close() {
        keeper.ifPresent(this::end);
        keeper = Optional.empty();
        held.clear();
    }

    private void end(SyscallProgram.Child child) {
        try {
            linux.processes().signal(child.pidfd(), SIGKILL);
            linux.processes().reap(child.pidfd());
        } catch (ErrnoException e) {
            log.debug("keeper {}: {}", child.pid(), e.getMessage());
        }
        linux.close(child.pidfd());
    }

    /** Those of daemons before this one, by what they were called with: nobody else's process is called so. */
    private void endOthers() throws IOException {
        String called = NAME + "\0" + directory + "\0";
        List<Path> processes = new ArrayList<>();
        try (Stream<Path> all = Files.list(Path.of("/proc"))) {
            all.filter(process ->
                            Character.isDigit(process.getFileName().toString().charAt(0)))
                    .forEach(processes::add);
        }
        for (Path process : processes) {
            int pid = Integer.parseInt(process.getFileName().toString());
            if (keeper.filter(own -> own.pid() == pid).isEmpty() && isKeeper(process, called)) {
                kill(pid, process, called);
            }
        }
    }

    private void kill(int pid, Path process, String called) {
        try {
            int pidfd = linux.processes().open(pid);
            if (isKeeper(process, called)) {
                linux.processes().signal(pidfd, SIGKILL);
            }
            linux.close(pidfd);
        } catch (ErrnoException e) {
            log.debug("keeper {}: {}", pid, e.getMessage());
        }
    }

    private static boolean isKeeper(Path process, String called) {
        try {
            return new String(Files.readAllBytes(process.resolve("cmdline")), StandardCharsets.UTF_8).equals(called)
                    && Files.readSymbolicLink(process.resolve("exe")).toString().startsWith("/memfd:" + NAME);
        } catch (IOException e) {
            return false; // it ended
        }
    }
}
