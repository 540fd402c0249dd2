package io.bulkhead.cli.completion;

import picocli.CommandLine;

/** The shells there are scripts for. */
public enum Shell {
    bash {
        @Override
        public String script(CommandLine line) {
            return BashScript.of(Entry.common(line), Entry.all(line));
        }
    },
    zsh {
        @Override
        public String script(CommandLine line) {
            return ZshScript.of(Entry.common(line), Entry.all(line));
        }
    },
    fish {
        @Override
        public String script(CommandLine line) {
            return FishScript.of(Entry.common(line), Entry.all(line));
        }
    };

    /** The script for a command with all its subcommands. */
    public abstract String script(CommandLine line);

    /** A word in single quotes, whatever it holds; sh, bash and zsh. */
    static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }
}
