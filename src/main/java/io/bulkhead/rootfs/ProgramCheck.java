package io.bulkhead.rootfs;

import io.bulkhead.libc.Linux;
import io.bulkhead.rootfs.InsideFiles.Found;
import io.bulkhead.rootfs.InsideFiles.Missing;
import io.bulkhead.rootfs.InsideFiles.Place;
import io.bulkhead.spec.ServiceSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * Why a service's program cannot be executed, or is ended by the dynamic loader at once: execve(2) says ENOENT of a file that is
 * there when what is missing is its interpreter, and EACCES without saying where on the path.
 *
 * <p>Reads files of the rootfs and of what is mounted there; finds nothing where nothing is wrong.
 */
public final class ProgramCheck {
    /** BINPRM_BUF_SIZE: what the kernel reads of a script. */
    private static final int BEGINNING = 256;
    /** Scripts that are scripts' interpreters, as the kernel has it. */
    private static final int DEEPEST = 5;

    private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    private static final byte[] ELF = {0x7f, 'E', 'L', 'F'};

    private final ServiceSpec spec;
    private final InsideFiles files;
    private final Optional<Executor> executor;

    /** @param executor empty where it isn't known: then what it may do is not looked at */
    public ProgramCheck(Linux linux, ServiceSpec spec, Optional<Executor> executor) {
        this.spec = spec;
        this.files = new InsideFiles(linux, spec);
        this.executor = executor;
    }

    /** The first thing that is wrong. */
    public Optional<Finding> check() {
        try {
            String program = program(spec.command().get(0));
            check(program, "", 0);
            return Optional.empty();
        } catch (Flaw e) {
            return Optional.of(e.finding());
        }
    }

    /** Where the command is, as execve(2) is given it. */
    private String program(String command) throws Flaw {
        if (command.contains("/")) {
            return Path.of(spec.workdir()).resolve(command).toString();
        }
        for (String directory : spec.environment().getOrDefault("PATH", PATH).split(":", -1)) {
            String candidate = directory + "/" + command;
            if (directory.startsWith("/") && !(files.find(Path.of(candidate)) instanceof Missing)) {
                return candidate;
            }
        }
        throw new Flaw(command + " is in no directory of PATH in the rootfs", Remedies.build(spec, command));
    }

    /** @param needer what comes before the path in a sentence: {@code /bin/app is a script for } */
    private void check(String path, String needer, int depth) throws Flaw {
        Place place = files.find(Path.of(path));
        if (place instanceof Missing missing) {
            String way = missing.last() ? "" : "cannot be reached: " + missing.inside() + " ";
            throw new Flaw(
                    needer + path + (needer.isEmpty() ? " " : ", which ") + way + missing.why(),
                    Remedies.build(spec, path));
        }
        if (place instanceof Found found) {
            new PermissionCheck(files, path, found).check(executor);
            contents(path, found, depth);
        }
    }

    private void contents(String path, Found found, int depth) throws Flaw {
        Optional<byte[]> read = files.read(found, ProgramCheck::beginning);
        if (read.isEmpty()) {
            return;
        }
        byte[] beginning = read.get();
        if (beginning.length == 0) {
            throw new Flaw(path + " is empty", Remedies.build(spec, path));
        }
        if (beginning.length > 1 && beginning[0] == '#' && beginning[1] == '!') {
            script(path, beginning, found, depth);
        } else if (Arrays.equals(ELF, Arrays.copyOf(beginning, ELF.length))) {
            new LoaderCheck(files, spec).check(path, found);
        } else {
            throw new Flaw(
                    path + " is neither an ELF file nor a script that begins with #!",
                    "a script needs a first line such as #!/bin/sh");
        }
    }

    private void script(String path, byte[] beginning, Found found, int depth) throws Flaw {
        String text = new String(beginning, StandardCharsets.UTF_8).substring(2);
        int end = text.indexOf('\n');
        String line = (end < 0 ? text : text.substring(0, end)).stripLeading();
        if (line.endsWith("\r")) {
            throw new Flaw(
                    "the first line of " + path + " ends in a carriage return, as on Windows",
                    "sed -i 's/\\r$//' " + found.onHost());
        }
        String interpreter = line.strip().split("[ \t]", 2)[0];
        if (!interpreter.startsWith("/")) {
            throw new Flaw(path + " names no interpreter by an absolute path behind its #!", "");
        }
        if (depth < DEEPEST) {
            check(interpreter, path + " is a script for ", depth + 1);
        }
    }

    private static byte[] beginning(Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            return in.readNBytes(BEGINNING);
        }
    }
}
