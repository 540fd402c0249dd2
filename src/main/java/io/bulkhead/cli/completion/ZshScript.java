package io.bulkhead.cli.completion;

import java.util.List;
import java.util.stream.Collectors;

/** The script for zsh: {@code _supervisorctl} in a directory of {@code fpath}. */
final class ZshScript {
    private static final String HEAD = """
            #compdef supervisorctl
            # zsh completion of supervisorctl, by `supervisorctl completion zsh`

            _supervisorctl_names() { # of services, as the daemon of this command line knows them; last: any, one, whole or new
                local -a lines names groups used
                local which=${@[-1]} of=status
                [[ $which == new ]] && of=avail
                lines=(${(f)"$(_call_program names $service ${(Q)daemon} $of 2>/dev/null)"})
                names=(${lines%% *})
                groups=(${(u)names%%:*})
                case $which in
                    any) groups=(${groups:|names}) names+=(${^groups}':*' all) ;;
                    whole) names=($groups) ;;
                    new) used=(${${(M)lines:#* in use *}%%[ :]*}) names=(${groups:|used}) ;;
                esac
                compadd "${@[1,-2]}" -a names
            }

            _supervisorctl() {
                local curcontext="$curcontext" state line command
                local -A opt_args
                local -a daemon commands
                commands=(
            """;

    private static final String TAIL = """
                if (( $+opt_args[-c] )); then daemon=(-c $opt_args[-c]); fi
                if (( $+opt_args[--configuration] )); then daemon=(-c $opt_args[--configuration]); fi
                if (( $+opt_args[-s] )); then daemon=(-s $opt_args[-s]); fi
                if (( $+opt_args[--serverurl] )); then daemon=(-s $opt_args[--serverurl]); fi
                case $state in
                    command) _describe command commands ;;
                    argument)
                        command=$line[1]
            """;

    private ZshScript() {}

    static String of(List<Entry.Option> common, List<Entry> entries) {
        StringBuilder script = new StringBuilder(HEAD);
        entries.stream()
                .map(ZshScript::described)
                .distinct()
                .forEach(line -> script.append("        ").append(line).append('\n'));
        script.append("    )\n    _arguments -C \\\n");
        common.forEach(
                option -> script.append("        ").append(option(option)).append(" \\\n"));
        script.append("        '1: :->command' '*:: :->argument'\n").append(TAIL);
        script.append("            case $command in\n");
        for (Entry entry : entries) {
            script.append("                ")
                    .append(entry.name().split(" ", 2)[0])
                    .append(") _arguments");
            common.forEach(option -> script.append(" \\\n                    ").append(option(option)));
            entry.options()
                    .forEach(
                            option -> script.append(" \\\n                    ").append(option(option)));
            if (entry.name().contains(" ")) {
                script.append(" '1:command:(")
                        .append(entry.name().split(" ", 2)[1])
                        .append(")'");
            }
            script.append(arguments(entry)).append(" ;;\n");
        }
        return script.append("            esac ;;\n    esac\n}\n\n_supervisorctl \"$@\"\n")
                .toString();
    }

    private static String described(Entry entry) {
        boolean below = entry.name().contains(" ");
        return Shell.quoted(entry.name().split(" ", 2)[0] + ":"
                + (below ? "more commands" : entry.description().replace(":", "\\:")));
    }

    private static String option(Entry.Option option) {
        String text = "[" + option.description().replace("[", "(").replace("]", ")") + "]"
                + option.value().map(words -> ":value:" + action(words)).orElse("");
        if (option.names().size() == 1) {
            return Shell.quoted(option.names().get(0) + text);
        }
        String all = String.join(" ", option.names());
        return Shell.quoted("(" + all + ")") + "{" + String.join(",", option.names()) + "}" + Shell.quoted(text);
    }

    private static String arguments(Entry entry) {
        List<Words> kinds = entry.arguments();
        StringBuilder text = new StringBuilder();
        int first = entry.name().contains(" ") ? 2 : 1;
        for (int i = 0; i < kinds.size(); i++) {
            boolean last = i == kinds.size() - 1 && entry.repeats();
            text.append(' ')
                    .append(Shell.quoted(
                            (last ? "*" : Integer.toString(first + i)) + ":argument:" + action(kinds.get(i))));
        }
        return text.toString();
    }

    private static String action(Words words) {
        if (words instanceof Words.Services services) {
            return "_supervisorctl_names " + services.which().word();
        }
        if (words instanceof Words.Files) {
            return "_files";
        }
        return words instanceof Words.Of of
                ? of.words().stream().map(word -> word.replace(":", "\\:")).collect(Collectors.joining(" ", "(", ")"))
                : " ";
    }
}
