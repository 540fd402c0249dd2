package io.bulkhead.cli;

import io.bulkhead.cli.ControlClient.ControlException;
import io.bulkhead.spec.ConfigException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
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
        List<String> words = prepared(arguments);
        CommandLine line = commandLine(words, out, err);
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
        line.setParameterExceptionHandler((e, given) -> {
            int code = usage.handleParseException(e, given);
            return e instanceof CommandLine.MissingParameterException ? ExitCodes.UNKNOWN_NAME : code;
        });
        return line.execute(words.toArray(String[]::new));
    }

    /**
     * With the one command that is asked for where that can be told, for to make all of them takes longer than to run one;
     * else, and for help, with all.
     */
    private static CommandLine commandLine(List<String> words, PrintStream out, PrintStream err) {
        CommandLine line = new CommandLine(new Commands(out, err));
        List<Method> all = new ArrayList<>();
        List<Method> asked = new ArrayList<>();
        for (Method method : Commands.class.getDeclaredMethods()) {
            if (method.isAnnotationPresent(CommandLine.Command.class)) {
                all.add(method);
                if (words.contains(method.getName())) {
                    asked.add(method);
                }
            }
        }
        boolean oneIsEnough = asked.size() == 1 && !words.contains("rootfs");
        List<Method> methods = oneIsEnough ? asked : all;
        methods.sort(Comparator.comparing(Method::getName));
        methods.forEach(method -> line.addSubcommand(new CommandLine(method)));
        if (!oneIsEnough) {
            line.addSubcommand(new RootfsCommands(out, err));
        }
        return line;
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
