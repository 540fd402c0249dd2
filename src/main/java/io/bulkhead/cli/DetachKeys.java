package io.bulkhead.cli;

import java.io.ByteArrayOutputStream;
import java.util.Optional;

/** The keys by which somebody leaves a terminal, among all that he types: {@code ctrl-p,ctrl-q}. */
final class DetachKeys {
    static final String USUAL = "ctrl-p,ctrl-q";
    static final String ALLOWED = "single characters or ctrl- with one of a-z @ [ \\ ] ^ _, with commas between";

    private final byte[] keys;
    private int seen;

    private DetachKeys(byte[] keys) {
        this.keys = keys;
    }

    /** Empty where the text is not {@link #ALLOWED}. */
    static Optional<DetachKeys> parse(String text) {
        ByteArrayOutputStream keys = new ByteArrayOutputStream();
        for (String key : text.split(",", -1)) {
            if (key.length() == 1 && key.charAt(0) < 128) {
                keys.write(key.charAt(0));
            } else if (key.matches("ctrl-[a-z@\\[\\\\\\]^_]")) {
                keys.write(key.charAt(5) & 0x1f);
            } else {
                return Optional.empty();
            }
        }
        return Optional.of(new DetachKeys(keys.toByteArray()));
    }

    /**
     * Takes what was typed in and writes what is to be passed on: all but the keys. Those that may become the sequence are held
     * back until it shows.
     *
     * @return whether the sequence is complete: the rest is not looked at
     */
    boolean pass(byte[] typed, int count, ByteArrayOutputStream on) {
        for (int i = 0; i < count; i++) {
            if (typed[i] == keys[seen]) {
                seen++;
                if (seen == keys.length) {
                    return true;
                }
                continue;
            }
            on.write(keys, 0, seen);
            seen = typed[i] == keys[0] ? 1 : 0;
            if (seen == 0) {
                on.write(typed[i]);
            }
        }
        return false;
    }
}
