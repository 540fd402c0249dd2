package io.bulkhead.generations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.spec.SourceText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GenerationsTest {
    private static final Instant AT = Instant.parse("2026-11-24T03:12:09.5Z");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private static Generation generation(int number, String hash, int content) {
        return new Generation(
                number, AT, "root", "reload", "added ü", hash, content, "files", content < number, Optional.empty());
    }

    private static SourceText text(String main) {
        TreeMap<String, String> answers = new TreeMap<>();
        answers.put("text " + main, "services { a = \"\u0001\" }\n");
        answers.put("files /etc\0*.conf", "/etc/a.conf\0/etc/b.conf");
        return new SourceText(Path.of(main), answers);
    }

    private static List<Integer> numbers(Generations generations) {
        return generations.all().stream().map(Generation::number).toList();
    }

    @Test
    void theNextDaemonFindsThemAsTheyWere() throws IOException {
        Generations first = Generations.open(directory);
        Generation watched = new Generation(
                2,
                AT,
                "root",
                "reload",
                "",
                "h2",
                2,
                "files",
                true,
                Optional.of(new Generation.Watch(1, AT.plusSeconds(30), List.of("web"))));
        Composition mixed = new Composition(List.of(
                new Composition.Part(text("/etc/one"), Optional.of(new TreeSet<>(List.of("a", "b")))),
                new Composition.Part(text("/etc/two"), Optional.empty())));
        first.add(generation(1, "h1", 1), Composition.of(text("/etc/one")), 10);
        first.add(watched, mixed, 10);
        first.release();

        Generations next = Generations.open(directory);

        assertEquals(List.of(generation(1, "h1", 1), watched), next.all());
        assertEquals(mixed, next.composition(2));
        assertEquals(3, next.next());
        next.settle(2);
        assertEquals(Optional.of(watched.settled()), Generations.open(directory).newest());
        assertEquals(mixed, Generations.open(directory).composition(2));
        next.release();
    }

    @Test
    void keepsTheNewestForTheirOwnerAlone() throws IOException {
        Generations generations = Generations.open(directory);
        for (int i = 1; i <= 5; i++) {
            generations.add(generation(i, "h" + i, i), Composition.of(text("/etc/one")), 3);
        }

        assertEquals(List.of(3, 4, 5), numbers(generations));
        assertEquals(List.of(3, 4, 5), numbers(Generations.open(directory)));
        Path folder = directory.resolve("generations");
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)));
        assertEquals(
                "rw-------",
                PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("5.generation"))));
        generations.release();
    }

    @Test
    void theOneBeforeIsTheNewestThatSaysSomethingElse() {
        Generations generations = Generations.open(directory);
        generations.add(generation(1, "a", 1), Composition.of(text("/etc/one")), 10);
        assertEquals(OptionalInt.empty(), generations.before(generation(1, "a", 1)));
        generations.add(generation(2, "b", 2), Composition.of(text("/etc/one")), 10);
        generations.add(generation(3, "c", 3), Composition.of(text("/etc/one")), 10);
        generations.add(generation(4, "c", 4), Composition.of(text("/etc/one")), 10);
        Generation back = generation(5, "b", 2);
        generations.add(back, Composition.of(text("/etc/one")), 10);

        assertEquals(OptionalInt.of(2), generations.before(generation(4, "c", 4)));
        assertEquals(OptionalInt.of(1), generations.before(back));
        generations.release();
    }

    @Test
    void aFileThatMakesNoSenseCostsItselfOnly() throws IOException {
        Generations first = Generations.open(directory);
        first.add(generation(1, "a", 1), Composition.of(text("/etc/one")), 10);
        first.add(generation(2, "b", 2), Composition.of(text("/etc/one")), 10);
        first.release();
        Path folder = directory.resolve("generations");
        Files.writeString(folder.resolve("2.generation"), "{\"version\":1,\"num");
        Files.writeString(folder.resolve("3.generation"), "{}\n{}\n");
        Files.writeString(folder.resolve("next"), "half");

        Generations next = Generations.open(directory);

        assertEquals(List.of(1), numbers(next));
        assertEquals(4, next.next());
    }

    @Test
    void withoutADirectoryTheyLiveAsLongAsTheDaemon() throws IOException {
        Files.write(directory.resolve("generations"), "a file".getBytes(StandardCharsets.UTF_8));
        Generations generations = Generations.open(directory);

        generations.add(generation(1, "a", 1), Composition.of(text("/etc/one")), 10);

        assertEquals(List.of(1), numbers(generations));
        assertEquals(Composition.of(text("/etc/one")), generations.composition(1));
        assertTrue(Generations.open(directory).all().isEmpty());
    }

    @Test
    void aChangeOfSomeServicesIsPutTogether() {
        Composition one = Composition.of(text("/etc/one"));

        Composition two = one.with(List.of("a", "b", "c"), List.of("a", "d"), text("/etc/two"), List.of("d"));
        Composition three = two.with(List.of("b", "c", "d"), List.of("d", "b"), text("/etc/three"), List.of("b"));

        assertEquals(
                List.of("/etc/one [b, c]", "/etc/two [d]"),
                two.parts().stream()
                        .map(part -> part.text().main() + " " + part.services().orElseThrow())
                        .toList());
        assertEquals(
                List.of("/etc/one [c]", "/etc/three [b]"),
                three.parts().stream()
                        .map(part -> part.text().main() + " " + part.services().orElseThrow())
                        .toList());
        assertTrue(one.isOf(text("/etc/one").fingerprint()));
        assertFalse(two.isOf(text("/etc/one").fingerprint()));
    }
}
