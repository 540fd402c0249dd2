package io.bulkhead.launch;

import io.bulkhead.libc.Checkpoint;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.libc.Rendezvous;
import io.bulkhead.libc.SyscallProgram;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a child can't do for itself, for it has left the host's users: its parent does it, on a thread, while the child waits. */
final class ParentSide implements AutoCloseable {
    private final Linux linux;
    private final Rendezvous rendezvous;
    private final Task task;
    private @Nullable Thread thread;
    private volatile @Nullable ErrnoException failure;

    /** What is to be done for the process {@code pid}. */
    interface Task {
        void run(int pid) throws ErrnoException;
    }

    ParentSide(Linux linux, Task task) throws ErrnoException {
        this.linux = linux;
        this.task = task;
        this.rendezvous = linux.rendezvous();
    }

    /** What the child's {@link Rendezvous#hold} needs. */
    long[] late() {
        return rendezvous.late();
    }

    /** To be called before the program runs; where the task fails, the child is killed. */
    void attend(SyscallProgram program) {
        Thread attending = new Thread(() -> attendChild(program), "parent-side");
        attending.setDaemon(true);
        thread = attending;
        attending.start();
    }

    private void attendChild(SyscallProgram program) {
        try {
            if (rendezvous.awaitChild()) {
                Checkpoint.OWNER_ASKED.reached();
                task.run(program.childPid(linux));
                rendezvous.answer();
            }
        } catch (ErrnoException e) {
            failure = e;
            program.kill(linux);
        }
    }

    /** What went wrong; to be called when the program has run. */
    Optional<ErrnoException> failure() {
        rendezvous.leave();
        Thread attending = thread;
        if (attending != null) {
            boolean interrupted = false;
            while (attending.isAlive()) {
                try {
                    attending.join();
                } catch (InterruptedException e) {
                    interrupted = true; // it is about to end
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        return Optional.ofNullable(failure);
    }

    @Override
    public void close() {
        rendezvous.close();
    }
}
