package io.bulkhead.cli.completion;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * A command as a shell sees it.
 *
 * @param name its words: {@code start}, {@code rootfs build}
 * @param description its first sentence
 * @param options those of its own
 * @param arguments by position
 * @param repeats whether more arguments of the last kind may follow
 */
record Entry(String name, String description, List<Option> options, List<Words> arguments, boolean repeats) {
    /**
     * An option.
     *
     * @param names {@code -c} and {@code --configuration}
     * @param value what follows it; empty where nothing does
     */
    record Option(List<String> names, String description, Optional<Words> value) {}

    Entry {
        options = List.copyOf(options);
        arguments = List.copyOf(arguments);
    }

    /** The options that go before any command, and with each. */
    static List<Option> common(CommandLine line) {
        return options(line.getCommandSpec(), false);
    }

    /** Every command; one that only holds others is left out. */
    static List<Entry> all(CommandLine line) {
        List<Entry> entries = new ArrayList<>();
        line.getSubcommands().forEach((name, command) -> {
            if (command.getSubcommands().isEmpty()) {
                entries.add(of(name, command.getCommandSpec()));
            }
            all(command)
                    .forEach(below -> entries.add(new Entry(
                            name + " " + below.name,
                            below.description,
                            below.options,
                            below.arguments,
                            below.repeats)));
        });
        return entries;
    }

    private static Entry of(String name, CommandSpec command) {
        List<Words> arguments = new ArrayList<>();
        boolean repeats = false;
        for (PositionalParamSpec parameter : command.positionalParameters()) {
            repeats = parameter.arity().max() > 1;
            boolean named = parameter.paramLabel().equals("NAME");
            arguments.add(named ? services(name, repeats) : Words.of(parameter.paramLabel()));
        }
        return new Entry(
                name, sentence(command.usageMessage().description()), options(command, true), arguments, repeats);
    }

    private static Words services(String command, boolean several) {
        return new Words.Services(
                switch (command) {
                    case "add" -> Words.Which.NEW;
                    case "remove", "update" -> Words.Which.WHOLE;
                    default -> several ? Words.Which.ANY : Words.Which.ONE;
                });
    }

    private static List<Option> options(CommandSpec command, boolean ownOnly) {
        return command.options().stream()
                .filter(option -> !option.hidden() && !(ownOnly && option.inherited()))
                .map(Entry::option)
                .toList();
    }

    private static Option option(OptionSpec option) {
        Optional<Words> value = takesValue(option) ? Optional.of(Words.of(option.paramLabel())) : Optional.empty();
        return new Option(List.of(option.names()), sentence(option.description()), value);
    }

    private static boolean takesValue(ArgSpec option) {
        return option.arity().max() > 0;
    }

    /** The first, without its full stop: a shell has a line for it. */
    private static String sentence(String[] paragraphs) {
        String text = paragraphs.length == 0 ? "" : paragraphs[0];
        int end = text.length();
        for (String mark : List.of(". ", "; ", ": ", " Example")) {
            int at = text.indexOf(mark);
            end = at > 0 && at < end ? at : end;
        }
        String first = text.substring(0, end);
        return first.endsWith(".") ? first.substring(0, first.length() - 1) : first;
    }
}
