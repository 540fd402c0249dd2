package io.bulkhead.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DetachKeysTest {
    private final ByteArrayOutputStream on = new ByteArrayOutputStream();

    private boolean type(DetachKeys keys, String typed) {
        byte[] bytes = typed.getBytes(StandardCharsets.ISO_8859_1);
        return keys.pass(bytes, bytes.length, on);
    }

    private static DetachKeys keys(String text) {
        return DetachKeys.parse(text).orElseThrow();
    }

    @Test
    void theSequenceIsFoundAmongWhatIsTypedAndNotPassedOn() {
        DetachKeys keys = keys(DetachKeys.USUAL);

        assertFalse(type(keys, "ab\u0010"));
        assertTrue(type(keys, "\u0011more"));

        assertEquals("ab", on.toString(StandardCharsets.ISO_8859_1));
    }

    @Test
    void whatWasHeldBackIsPassedOnWhereItIsNotTheSequence() {
        DetachKeys keys = keys(DetachKeys.USUAL);

        assertFalse(type(keys, "\u0010"));
        assertEquals("", on.toString(StandardCharsets.ISO_8859_1));
        assertFalse(type(keys, "x\u0010\u0010"));
        assertEquals("\u0010x\u0010", on.toString(StandardCharsets.ISO_8859_1));

        assertTrue(type(keys, "\u0011"));
    }

    @Test
    void keysAreNamedAsDockerNamesThem() {
        assertTrue(type(keys("ctrl-\\,x,ctrl-@"), "\u001cx\0"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ctrl-", "ctrl-P", "ctrl-1", "a,,b", "ab", "\u00e4"})
    void anythingElseIsRefused(String text) {
        assertEquals(Optional.empty(), DetachKeys.parse(text));
    }
}
