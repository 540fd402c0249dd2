package io.bulkhead.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.spec.ConfigException;
import io.bulkhead.spec.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Broken configurations and every line that is said about them, from {@code broken/*.txt}: a case is {@code === name}, the
 * configuration, {@code ---}, and the lines, in which {@code FILE} stands for the configuration's path and {@code DIR} for
 * its directory. A directory {@code rootfs} stands beside it.
 */
final class BrokenConfigTest {
    private static final List<String> THEMES =
            List.of("syntax", "keys", "types", "ranges", "contradictions", "instances", "references");
    private static final List<String> LEAKS =
            List.of("Exception", "com.typesafe", "typesafe", "Config", "\tat ", "token");

    /** What a service may say, in the order in which it is asked for; {@code <service keys>} in the cases. */
    private static final String SERVICE_KEYS =
            "rootfs, command, instances, rolling, namespaces, net, user-namespace, time, environment, environment-file, "
                    + "mounts, user, group, groups, "
                    + "workdir, umask, secrets, rlimits, nice, oom-score-adjust, cpu, memory, pids, io, hugetlb, rdma, misc, "
                    + "devices, hostname, no-new-privileges, capabilities, seccomp, root-switch, init, autostart, "
                    + "start, stop, restart, type, remain, schedule, requires, wants, after, health, max-runtime, "
                    + "pre-start, post-stop, reload, log, reconcile";

    private static final Pattern CASE = Pattern.compile("(?m)^=== ");

    @TempDir
    Path directory;

    record Case(String name, String config, String lines) {
        @Override
        public String toString() {
            return name;
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void tellsWhatIsWrong(Case broken) throws IOException {
        Path file = Files.writeString(directory.resolve("supervisord.conf"), broken.config());
        Files.createDirectory(directory.resolve("rootfs"));

        ConfigException thrown = assertThrows(ConfigException.class, () -> new ConfigLoader().load(file));

        String lines = thrown.problems().stream().map(Problem::toString).collect(Collectors.joining("\n"));
        assertEquals(broken.lines(), lines.replace(file.toString(), "FILE").replace(directory.toString(), "DIR"));
        for (Problem problem : thrown.problems()) {
            assertEquals(file.toString(), problem.origin().file());
            assertTrue(problem.origin().line() > 0, () -> "no line: " + problem);
            assertFalse(
                    LEAKS.stream().anyMatch(leak -> problem.message().contains(leak)),
                    () -> "not for people: " + problem);
        }
    }

    @Test
    void hasAtLeastAHundredCasesOfDifferentNames() throws IOException {
        List<Case> cases = cases().toList();

        assertTrue(cases.size() >= 100, () -> "only " + cases.size());
        assertEquals(cases.size(), cases.stream().map(Case::name).distinct().count());
    }

    static Stream<Case> cases() throws IOException {
        List<Case> cases = new ArrayList<>();
        for (String theme : THEMES) {
            for (String text : CASE.split(read(theme), -1)) {
                if (!text.isEmpty()) {
                    cases.add(parse(text));
                }
            }
        }
        return cases.stream();
    }

    private static Case parse(String text) {
        int name = text.indexOf('\n');
        int separator = text.indexOf("\n---\n");
        return new Case(
                text.substring(0, name),
                text.substring(name + 1, separator + 1),
                text.substring(separator + 5).strip().replace("<service keys>", SERVICE_KEYS));
    }

    private static String read(String theme) throws IOException {
        try (InputStream in =
                Objects.requireNonNull(BrokenConfigTest.class.getResourceAsStream("broken/" + theme + ".txt"), theme)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
