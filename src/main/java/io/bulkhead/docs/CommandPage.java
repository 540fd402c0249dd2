package io.bulkhead.docs;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** Commands and their options as a manual page describes them. */
final class CommandPage {
    private static final String EXAMPLE = "Example: ";

    private CommandPage() {}

    /** Every command below one, each with arguments, description and options. */
    static String commands(CommandLine line) {
        Map<String, CommandSpec> all = new TreeMap<>();
        collect("", line, all);
        return all.entrySet().stream()
                .map(entry -> command(entry.getKey(), entry.getValue()))
                .collect(Collectors.joining());
    }

    private static void collect(String before, CommandLine line, Map<String, CommandSpec> all) {
        line.getSubcommands().forEach((name, command) -> {
            if (command.getSubcommands().isEmpty()) {
                all.put(before + name, command.getCommandSpec());
            }
            collect(before + name + " ", command, all);
        });
    }

    private static String command(String name, CommandSpec command) {
        StringBuilder text = new StringBuilder(".SS ").append(Roff.bold(name));
        own(command).forEach(option -> text.append(' ').append(synopsis(option)));
        for (PositionalParamSpec parameter : command.positionalParameters()) {
            String word =
                    Roff.italic(parameter.paramLabel()) + (parameter.arity().max() > 1 ? "\\fR..." : "");
            text.append(' ').append(parameter.arity().min() == 0 ? "[" + word + "]" : word);
        }
        text.append('\n').append(description(command.usageMessage().description()));
        command.positionalParameters().stream()
                .filter(parameter -> parameter.description().length > 0)
                .forEach(parameter -> text.append(".TP\n")
                        .append(Roff.italic(parameter.paramLabel()))
                        .append('\n')
                        .append(sentences(parameter.description())));
        return text.append(options(command, true)).toString();
    }

    private static String synopsis(OptionSpec option) {
        String names = Stream.of(option.names()).map(Roff::bold).collect(Collectors.joining("|"));
        String word = names + (takesValue(option) ? " " + Roff.italic(option.paramLabel()) : "");
        return option.required() ? word : "[" + word + "]";
    }

    /** A paragraph for each option; the inherited ones belong to the command above. */
    static String options(CommandSpec command, boolean ownOnly) {
        List<OptionSpec> options = ownOnly
                ? own(command)
                : command.options().stream().filter(o -> !o.hidden()).toList();
        StringBuilder text = new StringBuilder();
        for (OptionSpec option : options) {
            text.append(".TP\n")
                    .append(Stream.of(option.names()).map(Roff::bold).collect(Collectors.joining(", ")))
                    .append(takesValue(option) ? " " + Roff.italic(option.paramLabel()) : "")
                    .append('\n')
                    .append(sentences(option.description()).replace("${DEFAULT\\-VALUE}", Roff.word(initial(option))));
        }
        return text.toString();
    }

    private static String initial(OptionSpec option) {
        String value = option.defaultValueString();
        return value == null ? "" : value;
    }

    private static List<OptionSpec> own(CommandSpec command) {
        return command.options().stream()
                .filter(option -> !option.hidden() && !option.inherited())
                .toList();
    }

    private static boolean takesValue(OptionSpec option) {
        return option.arity().max() > 0;
    }

    /** Sentences as a paragraph, examples as examples. */
    private static String description(String[] paragraphs) {
        List<String> sentences = new ArrayList<>();
        List<String> examples = new ArrayList<>();
        for (String paragraph : paragraphs) {
            String[] parts = paragraph.split(EXAMPLE, -1);
            if (!parts[0].isBlank()) {
                sentences.add(parts[0].strip());
            }
            Stream.of(parts).skip(1).map(String::strip).forEach(examples::add);
        }
        return sentences(sentences.toArray(String[]::new))
                + (examples.isEmpty() ? "" : Roff.example(String.join("\n", examples)));
    }

    private static String sentences(String[] sentences) {
        return sentences.length == 0 ? "" : Roff.text(String.join("\n", sentences));
    }
}
