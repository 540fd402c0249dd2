package io.bulkhead.cgroup.fs;

import io.bulkhead.libc.ErrnoException;
import java.util.List;

/**
 * A file that holds one value.
 *
 * @param content what is written
 * @param readBack what the kernel shows once it is written: it rounds and clamps, so this may differ from the content
 */
public record Value(
        String key, String file, boolean asked, String content, String readBack, String since, boolean dispensable)
        implements Setting {
    private static final String NO_BYTES = Long.toString(Long.MAX_VALUE);

    /** One that reads back as it was written, on every host. */
    public static Value of(String key, String file, boolean asked, String content) {
        return new Value(key, file, asked, content, content, "", false);
    }

    public Value readingBack(String text) {
        return new Value(key, file, asked, content, text, since, dispensable);
    }

    public Value asked(boolean value) {
        return new Value(key, file, value, content, readBack, since, dispensable);
    }

    public Value since(String lacking) {
        return new Value(key, file, asked, content, readBack, lacking, dispensable);
    }

    public Value whereThere() {
        return new Value(key, file, asked, content, readBack, since, true);
    }

    @Override
    public String wanted() {
        return readBack;
    }

    @Override
    public List<Write> writes(GroupFiles files, boolean thorough) throws ErrnoException {
        String before = files.read(file).strip();
        // Lines for single devices may follow a weight.
        boolean holds = before.equals(readBack)
                || (!readBack.isEmpty() && before.startsWith(readBack + "\n"))
                || (isUnlimited(before) && isUnlimited(readBack));
        return holds ? List.of() : List.of(new FileWrite(file, content, before, readBack));
    }

    /** Whether it is {@code max}, or so large a number that the kernel means the same: it has more than one. */
    private static boolean isUnlimited(String text) {
        if (text.length() != NO_BYTES.length()) {
            return text.equals("max");
        }
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return text.startsWith("92233720368");
    }
}
