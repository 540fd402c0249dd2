package io.bulkhead.cli.completion;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The script for bash 4.3 and later; needs nothing of the package bash-completion. */
final class BashScript {
    /** What is the same for any commands. Positions are counted behind the command; the last one's kind may repeat. */
    private static final String HEAD = """
            # bash completion of supervisorctl, by `supervisorctl completion bash`

            _supervisorctl_reply() { # the words of $2 that begin with $1
                local IFS=$' \\t\\n'
                mapfile -t COMPREPLY < <(compgen -W "$2" -- "$1")
                # Only what is behind the last colon is replaced.
                if [[ $1 == *:* && $COMP_WORDBREAKS == *:* ]]; then
                    COMPREPLY=("${COMPREPLY[@]#"${1%"${1##*:}"}"}")
                fi
            }

            _supervisorctl_names() { # of services, as the daemon of this command line knows them; $1: any, one, whole or new
                local names=() groups=() used=' ' of=status name rest
                [[ $1 != new ]] || of=avail
                while read -r name rest; do
                    names+=("$name")
                    [[ " ${groups[*]} " == *" ${name%%:*} "* ]] || groups+=("${name%%:*}")
                    [[ $rest != 'in use'* ]] || used+="${name%%:*} "
                done < <("${program[@]}" "$of" 2>/dev/null)
                case $1 in
                    any | one) printf '%s ' "${names[@]}" ;;&
                    any)
                        for name in "${groups[@]}"; do
                            [[ " ${names[*]} " == *" $name "* ]] || printf '%s:* ' "$name"
                        done
                        printf all
                        ;;
                    whole) printf '%s ' "${groups[@]}" ;;
                    new)
                        for name in "${groups[@]}"; do
                            [[ $used == *" $name "* ]] || printf '%s ' "$name"
                        done
                        ;;
                esac
            }

            _supervisorctl_words() { # completes $1 with words of kind $2
                case $2 in
                    any | one | whole | new) _supervisorctl_reply "$1" "$(_supervisorctl_names "$2")" ;;
                    files)
                        compopt -o filenames 2>/dev/null
                        mapfile -t COMPREPLY < <(compgen -f -- "$1")
                        ;;
                    *) _supervisorctl_reply "$1" "${2#=}" ;;
                esac
            }

            _supervisorctl() {
                # bash takes a colon for a word of its own; here it is part of one.
                local words=() word
                for word in "${COMP_WORDS[@]:0:COMP_CWORD + 1}"; do
                    if ((${#words[@]})) && [[ $word == :* || ${words[-1]} == *: ]]; then
                        words[-1]+=$word
                    else
                        words+=("$word")
                    fi
                done
                local cword=$((${#words[@]} - 1)) cur=${words[-1]}
                local prev=${words[cword - 1]}
                COMPREPLY=()
                local program=("${words[0]}") command= options= kinds=() position=0 i
                for ((i = 1; i < cword; i++)); do
                    case ${words[i]} in
                        -c | --configuration | -s | --serverurl)
                            program+=("${words[i]}" "${words[i + 1]}")
                            ((i++))
                            ;;
                        @VALUED@) ((i++)) ;;
                        -*) ;;
                        *)
                            if [[ -z $command || " @PARENTS@ " == *" $command "* ]]; then
                                command="${command:+$command }${words[i]}"
                            else
                                ((position++))
                            fi
                            ;;
                    esac
                done
            """;

    private static final String TAIL = """
                if [[ $cur == -* ]]; then
                    _supervisorctl_reply "$cur" "@COMMON@ $options"
                    return
                fi
                if ((position >= ${#kinds[@]})); then
                    [[ $repeats ]] || return
                    position=$((${#kinds[@]} - 1))
                fi
                _supervisorctl_words "$cur" "${kinds[position]}"
            }

            complete -F _supervisorctl supervisorctl
            """;

    private BashScript() {}

    static String of(List<Entry.Option> common, List<Entry> entries) {
        List<Entry.Option> options = new ArrayList<>(common);
        entries.forEach(entry -> options.addAll(entry.options()));
        StringBuilder script = new StringBuilder(
                HEAD.replace("@VALUED@", valued(options)).replace("@PARENTS@", String.join(" ", parents(entries))));
        script.append("    case $prev in\n");
        Set<String> seen = new LinkedHashSet<>();
        for (Entry.Option option : options) {
            if (option.value().isPresent() && seen.add(option.names().toString())) {
                script.append("        ")
                        .append(String.join(" | ", option.names()))
                        .append(") _supervisorctl_words \"$cur\" ")
                        .append(kind(option.value().get()))
                        .append("; return ;;\n");
            }
        }
        script.append("    esac\n    local repeats=\n    case $command in\n");
        script.append("        '') kinds=(").append(top(entries)).append(") ;;\n");
        for (String parent : parents(entries)) {
            script.append("        ")
                    .append(parent)
                    .append(") kinds=(")
                    .append(below(parent, entries))
                    .append(") ;;\n");
        }
        entries.forEach(entry -> script.append(entry(entry)));
        script.append("        *) return ;;\n    esac\n");
        return script.append(TAIL.replace("@COMMON@", names(common))).toString();
    }

    private static String entry(Entry entry) {
        return "        " + Shell.quoted(entry.name()) + ") options=" + Shell.quoted(names(entry.options()))
                + " kinds=("
                + entry.arguments().stream().map(BashScript::kind).collect(Collectors.joining(" ")) + ")"
                + (entry.repeats() ? " repeats=yes" : "") + " ;;\n";
    }

    private static String kind(Words words) {
        if (words instanceof Words.Services services) {
            return services.which().word();
        }
        if (words instanceof Words.Files) {
            return "files";
        }
        return words instanceof Words.Of of ? Shell.quoted("=" + String.join(" ", of.words())) : "=";
    }

    private static String valued(List<Entry.Option> options) {
        return options.stream()
                .filter(option -> option.value().isPresent())
                .flatMap(option -> option.names().stream())
                .filter(name ->
                        !List.of("-c", "--configuration", "-s", "--serverurl").contains(name))
                .distinct()
                .collect(Collectors.joining(" | "));
    }

    /** The first words of commands that have two. */
    private static Set<String> parents(List<Entry> entries) {
        return entries.stream()
                .filter(entry -> entry.name().contains(" "))
                .map(entry -> entry.name().substring(0, entry.name().indexOf(' ')))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static String top(List<Entry> entries) {
        return Shell.quoted("="
                + entries.stream()
                        .map(entry -> entry.name().split(" ", 2)[0])
                        .distinct()
                        .collect(Collectors.joining(" ")));
    }

    private static String below(String parent, List<Entry> entries) {
        return Shell.quoted("="
                + entries.stream()
                        .filter(entry -> entry.name().startsWith(parent + " "))
                        .map(entry -> entry.name().substring(parent.length() + 1))
                        .collect(Collectors.joining(" ")));
    }

    private static String names(List<Entry.Option> options) {
        return options.stream().flatMap(option -> option.names().stream()).collect(Collectors.joining(" "));
    }
}
