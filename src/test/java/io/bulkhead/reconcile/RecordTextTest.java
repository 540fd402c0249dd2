package io.bulkhead.reconcile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.spec.Signal;
import io.bulkhead.spec.SpecFixture;
import io.bulkhead.spec.SpecKey;
import io.bulkhead.spec.StopPolicy;
import io.bulkhead.status.ExitStatus;
import io.bulkhead.status.HookStatus;
import io.bulkhead.status.ProcessId;
import io.bulkhead.status.Progress;
import io.bulkhead.status.ServiceState;
import io.bulkhead.status.ServiceStatus;
import io.bulkhead.status.Turn;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The file {@code record-1.service} is as the first version wrote it, and stays: every later one must read it. */
class RecordTextTest {
    private static final RecordText TEXT = new RecordText("11111111-2222-3333-4444-555555555555");
    private static final Instant AT = Instant.parse("2026-01-02T03:04:05.678Z");

    private static final ServiceSpec SPEC = SpecFixture.with(SpecFixture.service("web"))
            .command("/bin/web", "two\nlines", "a\\b")
            .environment(Map.of("LANG", "C.UTF-8"))
            .build();

    private static final ServiceStatus STATUS = new ServiceStatus(
            ServiceState.STOPPING,
            Optional.of(new ProcessId(4711, 987654)),
            Optional.of(SpecKey.launchHash(SPEC)),
            Optional.of(AT),
            Optional.of(AT.minusSeconds(60)),
            Optional.of(new ExitStatus.Signaled(9, true, true)),
            2,
            List.of(AT.minusSeconds(120), AT.minusSeconds(60)),
            7,
            Optional.of(AT.plusSeconds(10)),
            Optional.empty(),
            new StopPolicy(Signal.QUIT, Duration.ofMillis(1500)),
            "Ended unexpectedly: exit status 1",
            Progress.NONE,
            Optional.of(new Turn("0 3 * * * Z", AT, true, Optional.empty())),
            HookStatus.OWED,
            Optional.empty());

    private static final RuntimeRecord RECORD = new RuntimeRecord(
            STATUS, "what they are", SpecKey.launchKeys(SPEC), true, Optional.of(false), Optional.empty());

    private static byte[] firstVersion() throws IOException {
        try (InputStream in = RecordTextTest.class.getResourceAsStream("record-1.service")) {
            return Objects.requireNonNull(in).readAllBytes();
        }
    }

    private static byte[] withSum(String text) {
        java.util.zip.CRC32 crc = new java.util.zip.CRC32();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return (text + "sum=" + Long.toHexString(crc.getValue()) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private static String withoutSum(byte[] record) {
        String text = new String(record, StandardCharsets.UTF_8);
        return text.substring(0, text.lastIndexOf("sum="));
    }

    @Test
    void readsWhatTheFirstVersionWrote() throws IOException {
        Map<String, String> keys = new HashMap<>(RECORD.launchKeys());
        for (SpecKey key : SpecKey.ALL) {
            if (!key.before().isEmpty()) {
                keys.remove(key.path()); // came later
            }
        }

        assertEquals(
                Optional.of(new RuntimeRecord(
                        STATUS.with(Optional.<Turn>empty()),
                        RECORD.limits(),
                        keys,
                        true,
                        Optional.of(false),
                        Optional.empty())),
                TEXT.read(firstVersion()));
    }

    /** Else a new daemon would restart every service that an older one has started. */
    @Test
    void keysThatCameLaterSayWhatWasBeforeThem() throws IOException {
        Map<String, String> known = TEXT.read(firstVersion()).orElseThrow().launchKeys();

        List<String> silent = SpecKey.ALL.stream()
                .filter(key -> key.effect() == SpecKey.Effect.RESTART)
                .filter(key -> !known.containsKey(key.path()) && key.before().isEmpty())
                .map(SpecKey::path)
                .toList();

        assertEquals(
                List.of(),
                silent,
                "SpecKey.before of these must say, in the key's own text, what processes were given before there was the key");
        assertEquals(SpecKey.launchHash(SPEC), SpecKey.launchHash(known));
    }

    @Test
    void aKeyUnknownHereMeansNothing() {
        Map<String, String> keys = new HashMap<>(SpecKey.launchKeys(SPEC));
        keys.put("of-a-later-version", "whatever");

        assertEquals(SpecKey.launchHash(SPEC), SpecKey.launchHash(keys));
    }

    @Test
    void everyKeyCounts() {
        for (String key : SpecKey.launchKeys(SPEC).keySet()) {
            Map<String, String> keys = new HashMap<>(SpecKey.launchKeys(SPEC));
            keys.put(key, "something else");

            assertNotEquals(SpecKey.launchHash(SPEC), SpecKey.launchHash(keys), key);
        }
    }

    @Test
    void readsWhatItWrites() {
        assertEquals(Optional.of(RECORD), TEXT.read(TEXT.write(RECORD)));
        for (ServiceState state : ServiceState.values()) {
            RuntimeRecord other = RuntimeRecord.of(
                    ServiceStatus.NEW.with(state), Map.of(), false, Optional.empty(), Optional.empty());
            assertEquals(Optional.of(other), TEXT.read(TEXT.write(other)));
        }
        for (ExitStatus exit : List.of(
                new ExitStatus.Exited(3),
                new ExitStatus.Signaled(15, false, false),
                new ExitStatus.Unknown(false),
                new ExitStatus.Unknown(true))) {
            RuntimeRecord other = RuntimeRecord.of(
                    ServiceStatus.NEW.ended(Optional.of(exit), AT, 0),
                    Map.of(),
                    false,
                    Optional.of(true),
                    Optional.empty());
            assertEquals(Optional.of(other), TEXT.read(TEXT.write(other)));
        }
    }

    @Test
    void readsHowFarARollHasCome() {
        RuntimeRecord other = RuntimeRecord.of(
                ServiceStatus.NEW.setBack("exit status 1\nand more"),
                Map.of(),
                false,
                Optional.empty(),
                Optional.of(new ProcessId(4711, 987654)));

        assertEquals(Optional.of(other), TEXT.read(TEXT.write(other)));
    }

    @Test
    void readsALaterVersionsRecordAsFarAsItKnowsIt() {
        String text = withoutSum(TEXT.write(RECORD))
                .replace("bulkhead-record 1", "bulkhead-record 2")
                .concat("something-new=1\n");

        assertEquals(Optional.of(RECORD), TEXT.read(withSum(text)));
    }

    @Test
    void takesNoRecordThatWasCutShortOrDamaged() {
        byte[] whole = TEXT.write(RECORD);
        for (int length = 0; length < whole.length; length++) {
            assertEquals(Optional.empty(), TEXT.read(Arrays.copyOf(whole, length)), "cut at " + length);
        }
        for (int i = 0; i < whole.length; i++) {
            byte[] damaged = whole.clone();
            damaged[i] ^= 1;
            assertEquals(Optional.empty(), TEXT.read(damaged), "damaged at " + i);
        }
    }

    @Test
    void takesNoRecordOfAnotherBootOrSomebodyElses() {
        assertEquals(Optional.empty(), new RecordText("another").read(TEXT.write(RECORD)));
        assertEquals(Optional.empty(), TEXT.read(withSum("pid=1\nversion=1\n")));
        assertEquals(Optional.empty(), TEXT.read(new byte[4096]));
        String text = withoutSum(TEXT.write(RECORD));
        assertEquals(Optional.empty(), TEXT.read(withSum(text.replace("state=STOPPING", "state=HOVERING"))));
        assertEquals(Optional.empty(), TEXT.read(withSum(text.replace("process=4711 ", "process="))));
    }

    @Test
    void aRecordIsSmall() {
        assertTrue(TEXT.write(RECORD).length < 2048);
    }
}
