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
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

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
                return runsCommands(commandIn(words)) ? ExitCodes.OURS : ExitCodes.USAGE;
            }
            if (e instanceof ControlException refusal) {
                refusal.details().forEach(err::println);
            }
            err.println("error: " + (e.getMessage() == null ? e.toString() : e.getMessage()));
            if (runsCommands(commandIn(words))) {
                return ExitCodes.OURS; // any other could be the command's
            }
            return e instanceof ControlException refusal ? refusal.exitCode() : ExitCodes.FAILED;
        });
        CommandLine.IParameterExceptionHandler usage = line.getParameterExceptionHandler();
        line.setParameterExceptionHandler((e, given) -> {
            int code = usage.handleParseException(e, given);
            if (runsCommands(commandIn(words))) {
                return ExitCodes.OURS;
            }
            return e instanceof CommandLine.MissingParameterException ? ExitCodes.UNKNOWN_NAME : code;
        });
        return line.execute(words.toArray(String[]::new));
    }

    /** Every command with its options and arguments, for documents made of them. */
    public static CommandLine model() {
        return whole(System.out, System.err);
    }

    /**
     * With the one command that is asked for, for to make all of them takes longer than to run one; for help, and for a word
     * that is none, with all.
     */
    static CommandLine commandLine(List<String> words, PrintStream out, PrintStream err) {
        String name = commandIn(words);
        if (!name.equals("rootfs")) {
            Commands topic = topicOf(name, out, err);
            for (Method method : topic.getClass().getDeclaredMethods()) {
                CommandLine.Command command = method.getAnnotation(CommandLine.Command.class);
                if (command != null
                        && (method.getName().equals(name) || command.name().equals(name))) {
                    return added(new CommandLine(topic), method);
                }
            }
        }
        return whole(out, err);
    }

    private static CommandLine added(CommandLine line, Method method) {
        CommandLine command = new CommandLine(method);
        command.setStopAtPositional(runsCommands(method.getName())); // what follows is another program's
        line.addSubcommand(command);
        if (method.getName().equals("run")) {
            nameAsDocker(command.getCommandSpec());
        }
        return line;
    }

    /** After the word run, -h and -c are Docker's. Nothing may change its place: a method's arguments are told by theirs. */
    private static void nameAsDocker(CommandSpec run) {
        for (String inherited : List.of("--help", "--configuration")) {
            OptionSpec before = run.findOption(inherited);
            run.remove(before);
            run.addOption(OptionSpec.builder(before).names(inherited).build());
        }
        alias(run, "-h", "--hostname");
        alias(run, "-c", "--cpu-shares");
    }

    private static void alias(CommandSpec command, String name, String option) {
        command.addOption(OptionSpec.builder(command.findOption(option))
                .names(name)
                .description("As " + option + ".")
                .build());
    }

    /** Whether all that follows its own options is another program's, exit code and all. */
    private static boolean runsCommands(String command) {
        return command.equals("exec") || command.equals("run");
    }

    /** The first word that is neither an option nor an option's value; empty where there is none. */
    private static String commandIn(List<String> words) {
        boolean value = false;
        for (String word : words) {
            if (!value && !word.startsWith("-")) {
                return word;
            }
            value = !value
                    && (word.equals("-c")
                            || word.equals("-s")
                            || word.equals("--configuration")
                            || word.equals("--serverurl"));
        }
        return "";
    }

    /** Where a command is; loads no other. */
    private static Commands topicOf(String command, PrintStream out, PrintStream err) {
        return switch (command) {
            case "status", "start", "stop", "restart", "signal", "reload-service", "pause", "resume", "pid" ->
                new ServiceCommands(out, err);
            case "reread",
                    "plan",
                    "reload",
                    "apply",
                    "rollback",
                    "history",
                    "update",
                    "add",
                    "remove",
                    "check",
                    "avail" -> new ConfigurationCommands(out, err);
            case "tail", "maintail", "logs", "clear" -> new LogCommands(out, err);
            case "events", "explain", "inspect" -> new HistoryCommands(out, err);
            case "top" -> new TopCommands(out, err);
            case "exec", "run" -> new ContainedCommands(out, err);
            case "version", "shutdown" -> new DaemonCommands(out, err);
            case "completion", "doctor" -> new HostCommands(out, err);
            default -> new Commands(out, err);
        };
    }

    /** Where commands are. Not a constant: that would load them all. */
    static List<Class<? extends Commands>> topics() {
        return List.of(
                ServiceCommands.class,
                ConfigurationCommands.class,
                LogCommands.class,
                HistoryCommands.class,
                TopCommands.class,
                ContainedCommands.class,
                DaemonCommands.class,
                HostCommands.class);
    }

    /** With every command there is, to be shown but not to be run. */
    static CommandLine whole(PrintStream out, PrintStream err) {
        List<Method> methods = new ArrayList<>();
        for (Class<?> topic : topics()) {
            for (Method method : topic.getDeclaredMethods()) {
                if (method.isAnnotationPresent(CommandLine.Command.class)) {
                    methods.add(method);
                }
            }
        }
        methods.sort(Comparator.comparing(Method::getName));
        CommandLine line = new CommandLine(new Commands(out, err));
        methods.forEach(method -> added(line, method));
        return line.addSubcommand(new RootfsCommands(out, err));
    }

    /**
     * Splits arguments that hold blanks, as callers of Supervisor pass them ({@code "signal USR1"}), and turns {@code -1000}
     * into {@code --bytes=1000}. Paths are left alone.
     */
    private static List<String> prepared(List<String> arguments) {
        if (runsCommands(commandIn(arguments))) {
            return arguments;
        }
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
