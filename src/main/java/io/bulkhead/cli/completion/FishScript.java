package io.bulkhead.cli.completion;

import java.util.List;

/** The script for fish 3 and later. */
final class FishScript {
    private static final String HEAD = """
            # fish completion of supervisorctl, by `supervisorctl completion fish`

            # The words before the cursor without options and their values: the command, then its arguments.
            function __supervisorctl_words
                set -l skip 0
                for word in (commandline -opc)[2..-1]
                    if test $skip = 1
                        set skip 0
                    else if contains -- $word @VALUED@
                        set skip 1
                    else if not string match -q -- '-*' $word
                        echo $word
                    end
                end
            end

            # Whether the command is $argv[1], two words of it where there are two, with $argv[2] to $argv[3] arguments so far.
            function __supervisorctl_at
                set -l words (__supervisorctl_words)
                string match -q -- "$argv[1] *" "$words "; or return 1
                set -l given (math (count $words) - (count (string split ' ' -- $argv[1])))
                test (count $argv) = 1; or test $given -ge $argv[2] -a $given -le $argv[3]
            end

            # The names of services, as the daemon of this command line knows them; $argv[1]: any, one, whole or new
            function __supervisorctl_names
                set -l daemon
                set -l words (commandline -opc)
                for i in (seq 2 (count $words))
                    if contains -- $words[$i] -c --configuration -s --serverurl
                        set daemon $words[$i] $words[(math $i + 1)]
                    end
                end
                set -l of status
                test $argv[1] = new; and set of avail
                set -l lines ($words[1] $daemon $of 2>/dev/null)
                switch $argv[1]
                    case any
                        string replace -r ' .*' '' -- $lines
                        string replace -rf '^([^ :]+:).*' '$1*' -- $lines
                        echo all
                    case one
                        string replace -r ' .*' '' -- $lines
                    case whole
                        string replace -r '[ :].*' '' -- $lines
                    case new
                        set -l used (string replace -rf '[ :].* in use .*' '' -- $lines)
                        for name in (string replace -r '[ :].*' '' -- $lines)
                            contains -- $name $used; or echo $name
                        end
                end
            end

            complete -c supervisorctl -f
            """;

    private FishScript() {}

    static String of(List<Entry.Option> common, List<Entry> entries) {
        StringBuilder script = new StringBuilder(HEAD.replace("@VALUED@", valued(common, entries)));
        common.forEach(option -> script.append("complete -c supervisorctl").append(option(option)));
        for (Entry entry : entries) {
            String[] words = entry.name().split(" ", 2);
            if (words.length == 1) {
                script.append(line("test -z \"$(__supervisorctl_words)\""))
                        .append(" -a ")
                        .append(words[0]);
            } else {
                script.append(line("test -z \"$(__supervisorctl_words)\""))
                        .append(" -a ")
                        .append(words[0])
                        .append('\n');
                script.append(line("__supervisorctl_at " + words[0] + " 0 0"))
                        .append(" -a ")
                        .append(words[1]);
            }
            script.append(" -d ").append(quoted(entry.description())).append('\n');
            entry.options()
                    .forEach(option -> script.append(line("__supervisorctl_at " + quoted(entry.name())))
                            .append(option(option)));
            arguments(script, entry);
        }
        return script.toString();
    }

    private static void arguments(StringBuilder script, Entry entry) {
        List<Words> kinds = entry.arguments();
        for (int i = 0; i < kinds.size(); i++) {
            boolean repeats = entry.repeats() && i == kinds.size() - 1;
            String place = "__supervisorctl_at " + quoted(entry.name()) + " " + i + " " + (repeats ? 999 : i);
            String words = words(kinds.get(i));
            if (!words.isEmpty()) {
                script.append(line(place)).append(words).append('\n');
            }
        }
    }

    private static String line(String condition) {
        return "complete -c supervisorctl -n " + quoted(condition);
    }

    private static String option(Entry.Option option) {
        StringBuilder text = new StringBuilder();
        for (String name : option.names()) {
            text.append(name.startsWith("--") ? " -l " + name.substring(2) : " -s " + name.substring(1));
        }
        option.value().ifPresent(value -> text.append(" -x").append(words(value)));
        return text.append(" -d ")
                .append(quoted(option.description()))
                .append('\n')
                .toString();
    }

    private static String words(Words words) {
        if (words instanceof Words.Services services) {
            return " -a '(__supervisorctl_names " + services.which().word() + ")'";
        }
        if (words instanceof Words.Files) {
            return " -a '(__fish_complete_path (commandline -ct))'";
        }
        return words instanceof Words.Of of ? " -a " + quoted(String.join(" ", of.words())) : "";
    }

    private static String valued(List<Entry.Option> common, List<Entry> entries) {
        return java.util.stream.Stream.concat(
                        common.stream(), entries.stream().flatMap(entry -> entry.options().stream()))
                .filter(option -> option.value().isPresent())
                .flatMap(option -> option.names().stream())
                .distinct()
                .collect(java.util.stream.Collectors.joining(" "));
    }

    /** In single quotes fish knows two escapes. */
    private static String quoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }
}
