package io.bulkhead.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class IndexSetTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"0 | 0", "0-3 | 0-3", "3,1,2 | 1-3", "0-1,1-2 | 0-2", "0, 2-3 | 0,2-3", "7,0 | 0,7", "8191 | 8191"
            })
    void isWrittenAsTheKernelDoes(String text, String canonical) {
        assertEquals(Optional.of(canonical), IndexSet.of(text).map(IndexSet::text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",", "0-", "-1", "1-0", "a", "0x1", "0--1", "8192", "99999", "0-1-2"})
    void isNothingElse(String text) {
        assertEquals(Optional.empty(), IndexSet.of(text));
    }

    @Test
    void hasOneTextAlone() {
        assertThrows(IllegalArgumentException.class, () -> new IndexSet("1,0"));
    }

    @Test
    void isWithinAnother() {
        IndexSet set = new IndexSet("1-2,5");

        assertTrue(set.isWithin("0-5"));
        assertFalse(set.isWithin("0-4"));
        assertFalse(set.isWithin(""));
    }
}
