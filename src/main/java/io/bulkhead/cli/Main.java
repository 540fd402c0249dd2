package io.bulkhead.cli;

import io.bulkhead.cli.ControlClient.ControlException;
import io.bulkhead.spec.ConfigException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;

/** {@code supervisorctl}. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        int code = run(List.of(arguments), out, err);
        out.flush();
        Runtime.getRuntime().halt(code);
    }

    /** Runs one command line and returns the exit code. */
    static int run(List<String> arguments, PrintStream out, PrintStream err) {
        CommandLine line = new CommandLine(new Commands(out, err));
        line.addSubcommand(new RootfsCommands(out, err));
        line.setOut(new PrintWriter(out, true, StandardCharsets.UTF_8));
        line.setErr(new PrintWriter(err, true, StandardCharsets.UTF_8));
        line.setExecutionExceptionHandler((e, command, result) -> {
            if (e instanceof ConfigException problems) {
                problems.problems().forEach(err::println);
                return ExitCodes.USAGE;
            }
            if (e instanceof ControlException refusal) {
                refusal.details().forEach(err::println);
            }
            err.println("error: " + (e.getMessage() == null ? e.toString() : e.getMessage()));
            return e instanceof ControlException refusal ? refusal.exitCode() : ExitCodes.FAILED;
        });
        CommandLine.IParameterExceptionHandler usage = line.getParameterExceptionHandler();
        line.setParameterExceptionHandler((e, words) -> {
            int code = usage.handleParseException(e, words);
            return e instanceof CommandLine.MissingParameterException ? ExitCodes.UNKNOWN_NAME : code;
        });
        return line.execute(prepared(arguments).toArray(String[]::new));
    }

    /**
     * Splits arguments that hold blanks, as callers of Supervisor pass them ({@code "signal USR1"}), and turns {@code -1000}
     * into {@code --bytes=1000}. Paths are left alone.
     */
    private static List<String> prepared(List<String> arguments) {
        List<String> prepared = new ArrayList<>();
        String before = "";
        for (String argument : arguments) {
            boolean value = before.equals("-c")
                    || before.equals("-s")
                    || before.startsWith("--")
                    || before.equals("build")
                    || before.equals("check");
            if (value || argument.startsWith("--")) {
                prepared.add(argument);
            } else if (argument.matches("-[0-9]+")) {
                prepared.add("--bytes=" + argument.substring(1));
            } else {
                for (String word : argument.strip().split("\\s+", -1)) {
                    prepared.add(word);
                }
            }
            before = argument;
        }
        return prepared;
    }
}
