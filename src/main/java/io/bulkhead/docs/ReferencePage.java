package io.bulkhead.docs;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code reference.conf}, of which every key has its comment before it, as paragraphs of a manual page.
 *
 * @param language what stands before the first section: the language, in general
 * @param sections the keys of each section at the top
 */
record ReferencePage(String language, Map<String, StringBuilder> sections) {
    private static final Pattern COMMENT = Pattern.compile("\\s*# ?(.*)");
    private static final Pattern HEADING = Pattern.compile("\\s*# --- (.*?) -+");
    /** A key, commented out where it has no default. */
    private static final Pattern KEY = Pattern.compile("\\s*(# )?([a-z0-9-]+) = (.*)");

    private static final Pattern OPEN = Pattern.compile("\\s*([a-z0-9-]+) \\{\\s*(}?)");
    /** {@code Sizes:     4096 B, 64 KiB}: a paragraph of its own. */
    private static final Pattern LABEL = Pattern.compile("([A-Z][a-z]+): .*");

    static ReferencePage of(String reference) {
        return new Reader().read(reference);
    }

    /** The keys of a section, a paragraph each, by their path below it; services' below the service. */
    String section(String name) {
        StringBuilder text = sections.get(name);
        if (text == null) {
            throw new IllegalArgumentException("the reference has no section " + name);
        }
        return text.toString();
    }

    private static final class Reader {
        private final StringBuilder language = new StringBuilder();
        private final Map<String, StringBuilder> sections = new LinkedHashMap<>();
        private final Deque<String> path = new ArrayDeque<>();
        private final List<String> comment = new ArrayList<>();

        ReferencePage read(String reference) {
            for (String line : reference.split("\n", -1)) {
                Matcher heading = HEADING.matcher(line);
                Matcher key = KEY.matcher(line);
                Matcher open = OPEN.matcher(line);
                Matcher remark = COMMENT.matcher(line);
                if (heading.matches()) {
                    text().append(".SS ").append(Roff.word(heading.group(1))).append('\n');
                } else if (key.matches() && (key.group(1) == null || line.startsWith("  "))) {
                    key(key.group(2), key.group(1) == null ? key.group(3) : "");
                } else if (open.matches()) {
                    open(open.group(1));
                    if (!open.group(2).isEmpty()) {
                        path.removeLast();
                    }
                } else if (line.strip().equals("}")) {
                    close();
                } else if (remark.matches()) {
                    comment.add(remark.group(1));
                } else if (line.isBlank() && path.isEmpty() && sections.isEmpty() && !comment.isEmpty()) {
                    language.append(paragraphs());
                }
            }
            return new ReferencePage(language.toString(), sections);
        }

        private StringBuilder text() {
            return sections.computeIfAbsent(path.getFirst(), name -> new StringBuilder());
        }

        private void open(String name) {
            path.addLast(name);
            if (path.size() == 1 || isService()) {
                text().append(comment.isEmpty() ? "" : ".PP\n" + paragraphs());
            } else if (!comment.isEmpty()) {
                text().append(".TP\n").append(Roff.bold(name(""))).append('\n').append(paragraphs());
            }
        }

        private boolean isService() {
            return path.size() == 2 && path.getFirst().equals("services");
        }

        private void close() {
            // An empty object is a key with an empty value, and was described when it was opened.
            path.removeLast();
            comment.clear();
        }

        private void key(String name, String value) {
            text().append(".TP\n").append(Roff.bold(name(name)));
            if (!value.isEmpty()) {
                text().append(" = ").append(Roff.word(value));
            }
            text().append('\n').append(paragraphs());
        }

        /** The path below the section, or the service. */
        private String name(String key) {
            int skip = path.getFirst().equals("services") ? 2 : 1;
            List<String> words = new ArrayList<>(path).subList(skip, path.size());
            return String.join(".", words) + (words.isEmpty() || key.isEmpty() ? "" : ".") + key;
        }

        /** What the comment says, which is then used up: text, and what is indented in it as it stands. */
        private String paragraphs() {
            StringBuilder text = new StringBuilder();
            List<String> literal = new ArrayList<>();
            for (String line : comment) {
                if (line.startsWith("  ")) {
                    literal.add(line.substring(2));
                    continue;
                }
                if (!literal.isEmpty()) {
                    text.append(Roff.example(String.join("\n", literal))).append(".PP\n");
                    literal.clear();
                }
                if (LABEL.matcher(line).matches() && text.length() > 0) {
                    text.append(path.isEmpty() ? ".PP\n" : ".br\n");
                }
                text.append(
                        line.isBlank() ? (path.isEmpty() ? ".PP\n" : "") : Roff.text(line.replaceAll(" {2,}", " ")));
            }
            comment.clear();
            return text.append(literal.isEmpty() ? "" : Roff.example(String.join("\n", literal)))
                    .toString();
        }
    }
}
