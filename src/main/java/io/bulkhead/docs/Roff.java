package io.bulkhead.docs;

/**
 * Text as the man(7) macros want it.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/groff_man.7.html">groff_man(7)</a>
 */
final class Roff {
    private Roff() {}

    /** One line or more of text, with nothing in it that would be a macro or an escape. */
    static String text(String plain) {
        StringBuilder text = new StringBuilder();
        for (String line : plain.split("\n", -1)) {
            String escaped = line.replace("\\", "\\e")
                    .replace("-", "\\-")
                    .replace("'", "\\(aq")
                    .replace("`", "\\(ga")
                    .replace("\"", "\\(dq")
                    .replace("^", "\\(ha")
                    .replace("~", "\\(ti");
            text.append(escaped.startsWith(".") ? "\\&" : "").append(escaped).append('\n');
        }
        return text.toString();
    }

    /** A part of a line. */
    static String word(String plain) {
        String text = text(plain);
        return text.substring(0, text.length() - 1);
    }

    static String bold(String plain) {
        return "\\fB" + word(plain) + "\\fR";
    }

    static String italic(String plain) {
        return "\\fI" + word(plain) + "\\fR";
    }

    /** Lines as they are, indented. */
    static String example(String lines) {
        return ".PP\n.RS 4\n.EX\n" + text(lines) + ".EE\n.RE\n";
    }
}
