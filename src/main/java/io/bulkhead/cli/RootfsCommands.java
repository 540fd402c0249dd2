package io.bulkhead.cli;

import io.bulkhead.rootfs.RootfsBuild;
import io.bulkhead.rootfs.RootfsException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The commands that make root file systems. They ask no daemon. */
@Command(name = "rootfs", sortOptions = false, description = "Make root file systems; asks no daemon.")
final class RootfsCommands implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before any method runs
    CommandSpec spec;

    private final PrintStream out;
    private final PrintStream err;

    RootfsCommands(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "Missing command: there is `rootfs build`");
    }

    @Command(
            description = {
                "A root file system of this host's own programs, with the interpreter and the libraries that each needs,"
                        + " found as the dynamic loader finds them; nothing is executed. What is there and up to date stays.",
                "Example: supervisorctl rootfs build /srv/web --binary bash --binary /usr/sbin/nginx"
            })
    int build(
            @Parameters(paramLabel = "DIR", description = "Where; made if missing.") Path directory,
            @Option(
                            names = "--binary",
                            paramLabel = "B",
                            required = true,
                            description = "A program, by path or by its name in PATH.")
                    List<String> binaries,
            @Option(names = "--file", paramLabel = "SRC[:DST]", description = "Any other file.") @Nullable
                    List<String> files)
            throws IOException {
        try {
            RootfsBuild build = new RootfsBuild(directory);
            binaries.forEach(build::binary);
            (files == null ? List.<String>of() : files).forEach(build::file);
            for (RootfsBuild.Copied copied : build.build()) {
                out.println(copied.source() + " -> " + copied.destination());
            }
            return ExitCodes.OK;
        } catch (RootfsException e) {
            e.problems().forEach(err::println);
            return ExitCodes.UNKNOWN_NAME;
        }
    }
}
