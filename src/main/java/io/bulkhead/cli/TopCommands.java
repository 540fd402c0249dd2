package io.bulkhead.cli;

import io.bulkhead.cli.ControlClient.ControlException;
import io.bulkhead.control.wire.UsageReply;
import io.bulkhead.control.wire.WireException;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.spec.ConfigException;
import io.bulkhead.spec.Instance;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What services use. */
final class TopCommands extends Commands {
    private static final double SHORTEST = 0.1;
    private static final double LONGEST = 3600;
    private static final String CLEAR = "\u001b[H\u001b[J";

    TopCommands(PrintStream out, PrintStream err) {
        super(out, err);
    }

    @Command(
            description = {
                "What services use, the busiest first: CPU, in percent of one core and of the quota, and of the quota's periods "
                        + "those in which they were held up; memory, page cache included; processes and threads; bytes a "
                        + "second from and to disks. At a terminal again and again, until q or Ctrl-C.",
                "What a host doesn't count is -. --json: an object a line.",
                "Example: supervisorctl top -d 5 web"
            })
    int top(
            @Option(
                            names = {"-d", "--delay"},
                            paramLabel = "SECONDS",
                            defaultValue = "2",
                            description = "Over how long, 0.1 to 3600; 2 if not given.")
                    double delay,
            @Option(
                            names = {"-n", "--iterations"},
                            paramLabel = "TIMES",
                            description = "How many times; 1 where standard output is no terminal.")
                    @Nullable
                    Integer times,
            @Parameters(paramLabel = "NAME", arity = "0..*") @Nullable List<String> names)
            throws ControlException, ConfigException, WireException, ErrnoException, InterruptedException {
        if (!(delay >= SHORTEST && delay <= LONGEST)) {
            throw wrong("--delay: " + delay + " is outside 0.1 to 3600");
        }
        if (times != null && times < 1) {
            throw wrong("--iterations: " + times + " is less than 1");
        }
        List<String> wanted = names == null ? List.of() : names;
        long millis = Math.round(delay * 1000);
        ControlClient client = client();
        UsageReply first = UsageReply.of(client.get("usage"));
        List<String> unknown = wanted.stream()
                .filter(name -> of(first, List.of(name)).services().isEmpty() && !Instance.isAll(name))
                .toList();
        unknown.forEach(name -> err.println(unknown(name)));
        if (!unknown.isEmpty() && unknown.size() == wanted.size()) {
            return ExitCodes.UNKNOWN_NAME;
        }
        if (times == null && !json && Reading.isTerminal()) {
            show(client, of(first, wanted), wanted, millis);
        } else {
            list(client, of(first, wanted), wanted, millis, times == null ? 1 : times);
        }
        return unknown.isEmpty() ? ExitCodes.OK : ExitCodes.UNKNOWN_NAME;
    }

    private RuntimeException wrong(String message) {
        return new CommandLine.ParameterException(
                spec.commandLine().getSubcommands().get("top"), message);
    }

    private static UsageReply of(UsageReply all, List<String> names) {
        return names.isEmpty()
                ? all
                : new UsageReply(
                        all.at(),
                        all.services().stream()
                                .filter(s ->
                                        names.stream().anyMatch(name -> Instance.isNamed(s.group(), s.name(), name)))
                                .toList());
    }

    private void list(ControlClient client, UsageReply first, List<String> names, long millis, int times)
            throws ControlException, WireException, InterruptedException {
        UsageReply before = first;
        for (int i = 0; i < times && !out.checkError(); i++) {
            Thread.sleep(millis);
            UsageReply after = of(UsageReply.of(client.get("usage")), names);
            List<Load> loads = Load.between(before, after);
            if (json) {
                Map<String, Object> sample = new LinkedHashMap<>();
                sample.put("at", after.at());
                sample.put("services", loads.stream().map(Load::json).toList());
                print(sample);
            } else {
                out.print(i > 0 ? "\n" : "");
                LoadTable.lines(loads).forEach(out::println);
            }
            before = after;
        }
    }

    /** As top(1): what was shown last stays. */
    private void show(ControlClient client, UsageReply first, List<String> names, long millis)
            throws ControlException, WireException, ErrnoException, InterruptedException {
        Linux linux = Linux.get();
        try (Keys keys = new Keys(linux)) {
            UsageReply before = first;
            long wait = Math.min(millis, 500); // so that something is seen soon
            while (!out.checkError()) {
                Optional<Integer> key = keys.next(wait);
                if (key.isPresent() && Keys.ends(key.get())) {
                    return;
                }
                UsageReply after = of(UsageReply.of(client.get("usage")), names);
                draw(LoadTable.lines(Load.between(before, after)), UserTerminal.size(linux));
                before = after;
                wait = millis;
            }
        }
    }

    private void draw(List<String> lines, io.bulkhead.libc.Terminals.Size size) {
        StringBuilder screen = new StringBuilder(CLEAR);
        lines.stream()
                .limit(size.rows() > 1 ? size.rows() - 1 : Long.MAX_VALUE)
                .map(line ->
                        size.columns() > 0 && line.length() > size.columns() ? line.substring(0, size.columns()) : line)
                .forEach(line -> screen.append(line).append("\r\n"));
        out.print(screen);
        out.flush();
    }
}
