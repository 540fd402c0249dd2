package io.bulkhead.daemon;

import io.bulkhead.spec.ConfigException;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code supervisord}. */
@Command(
        name = "supervisord",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        sortOptions = false,
        description = "Keeps the services of a configuration running, each contained and limited.",
        footer = {
            "",
            "Signals: HUP reloads the configuration; TERM and INT end the daemon as supervisor.on-exit says; USR2",
            "opens the log files again.",
            "",
            "Exit codes: 0 ended as asked; 1 it could not start; 2 bad usage or bad configuration.",
            "",
            "Run by another user than root, services have users of their own, of which only that user is outside, and the limits",
            "of a cgroup that is delegated to it.",
            "",
            "Example: supervisord -c /etc/bulkhead/supervisord.conf"
        })
public final class Main implements java.util.concurrent.Callable<Integer> {
    @Option(
            names = {"-c", "--configuration"},
            paramLabel = "FILE",
            description = "The configuration (default: ${DEFAULT-VALUE}).")
    Path configuration = Path.of("/etc/bulkhead/supervisord.conf");

    @Option(
            names = {"-n", "--nodaemon"},
            description = "Stay in the foreground: the default, and all there is; accepted for Supervisor's users.")
    boolean foreground;

    @Option(
            names = {"-t", "--test"},
            description = "Check the configuration and exit: 0, or 2 with every error on standard error.")
    boolean test;

    @Option(names = "--train", hidden = true, description = "Load what a start loads, and exit.")
    boolean train;

    public static void main(String[] arguments) {
        // The same text everywhere; and for any other, Java reads tables of numerals as soon as a number is written.
        Locale.setDefault(Locale.US);
        // Nor are the languages of the world wanted, of which Jetty has Java make a list: this leaves the root
        // locale's.
        System.setProperty("java.locale.providers", "SPI");
        Main main = new Main();
        int code;
        if (arguments.length == 2 && arguments[0].equals("-c") && !arguments[1].startsWith("-")) {
            // As units call it there is nothing to parse, and to be told so would take a tenth of the start.
            main.configuration = Path.of(arguments[1]);
            code = main.call();
        } else {
            code = new CommandLine(main).execute(arguments);
        }
        // Worker threads of libraries must not keep an ended daemon alive.
        Runtime.getRuntime().halt(code);
    }

    @Override
    public Integer call() {
        try {
            if (train) {
                Training.run();
                return 0;
            }
            if (test) {
                new io.bulkhead.config.ConfigLoader().load(configuration);
                return 0;
            }
            return new Daemon(configuration).run();
        } catch (ConfigException e) {
            e.problems().forEach(System.err::println);
            return 2;
        } catch (Exception e) {
            System.err.println("supervisord: " + (e.getMessage() == null ? e.toString() : e.getMessage()));
            return 1;
        }
    }

    /** The jar's own version. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {version()};
        }
    }

    static String version() {
        String version = Main.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
