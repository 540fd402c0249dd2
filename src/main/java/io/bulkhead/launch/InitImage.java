package io.bulkhead.launch;

import static io.bulkhead.libc.SystemCall.*;

import io.bulkhead.libc.ProgramImage;
import io.bulkhead.libc.SyscallProgram;
import io.bulkhead.libc.Terminals;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Process 1 above a service's command ({@code init = true}): it has all that the command has, and no more, hands signals on
 * to it, reaps, and ends as it ends. The command is the leader of a session of its own, so that what a terminal sends to its
 * foreground reaches it once.
 */
final class InitImage {
    static final String NAME = ProgramImage.INIT;
    private static final int SIG_SETMASK = 2;

    private InitImage() {}

    /** @param terminal whether standard input is one, to be the command's own */
    static ProgramImage of(String executable, List<String> command, Map<String, String> environment, boolean terminal) {
        SyscallProgram.Builder image = SyscallProgram.builder(0);
        ImageRun.begin(image);
        image.fork(true);
        image.call(SETSID, "");
        if (terminal) {
            image.call(IOCTL, "TIOCSCTTY", 0, Terminals.TIOCSCTTY, 0);
        }
        unblockSignals(image);
        execute(image, executable, command, environment);
        return image.image();
    }

    static void unblockSignals(SyscallProgram.Builder program) {
        program.call(RT_SIGPROCMASK, "", SIG_SETMASK, program.longs(0), 0, 8);
    }

    /** The last step of whatever ends in a command. */
    static void execute(
            SyscallProgram.Builder program, String executable, List<String> command, Map<String, String> environment) {
        List<String> variables = new ArrayList<>();
        environment.forEach((name, value) -> variables.add(name + "=" + value));
        program.call(EXECVE, executable, executable, program.strings(command), program.strings(variables));
    }
}
