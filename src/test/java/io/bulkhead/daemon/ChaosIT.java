package io.bulkhead.daemon;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bulkhead.kernel.KernelTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Services that write numbered lines as fast as they may, crash at random and leave children behind, under a daemon that is
 * killed at random instants, during reloads, stops, rotations and its own start, too.
 *
 * <p>The services themselves tell what happened, in files that neither a daemon nor a log has to do with: each run writes
 * how it began, holds a lock by which a twin would be noticed, and writes before its end why it ends and what its last line
 * was. Nothing kills here but the test, and that kills daemons: so a run that doesn't tell of its end was restarted without
 * a cause, and so was one that was asked to end more often than a stop or a changed configuration can explain. Every line
 * up to the last of a run must be in the log, once, in its order.
 *
 * <p>{@code -Dchaos.kills=200} makes it long, {@code -Dchaos.seed=N} repeats one.
 */
@KernelTest
final class ChaosIT {
    private static final int SERVICES = 40;
    private static final int KILLS = Integer.getInteger("chaos.kills", 5);
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final String SCRIPT = """
            trap 'asked=1' TERM
            exec 9> /evidence/$1.lock
            flock -n 9 || echo "$1" >> /evidence/twins
            begun=()
            [ ! -e /evidence/$1.begun ] || mapfile -t begun < /evidence/$1.begun
            run=$((${#begun[@]} + 1)) i=0 lines=$((RANDOM % 3000 + 200))
            echo "$VALUE" >> /evidence/$1.begun
            ( exec 9>&-; while :; do read -t 60 <> /dev/ptmx; done ) &
            while [ -z "$asked" ] && [ $i -lt $lines ]; do
                i=$((i + 1)); echo "$run $i 0123456789abcdefghijklmnopqrstuvwxyz"
            done
            echo "$run $i ${asked:-0}" >> /evidence/$1.ended
            exit 1
            """;

    private final long seed = Long.getLong("chaos.seed", System.nanoTime());
    private final Random random = new Random(seed);
    /** How often each service was given a reason to end. */
    private final int[] causes = new int[SERVICES];

    private final int[] versions = new int[SERVICES];
    private Path rootfs = Path.of("/");

    private String services() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < SERVICES; i++) {
            text.append("s" + i + " { rootfs = " + rootfs + ", command = [/bin/bash, /run.sh, s" + i + "]\n")
                    .append("start.ready-after = 50 ms, stop.timeout = 120 s\n")
                    .append("cpu { period = 100 ms, quota = 1 ms }, environment.VALUE = v" + versions[i] + "\n")
                    .append("log { max-size = 64 KiB, backups = 1000 }\n")
                    .append(i % 4 == 0 ? "namespaces.pid = host\n" : "")
                    .append("restart { limit.attempts = 0, backoff { initial = 10 ms, max = 500 ms } } }\n");
        }
        return text.toString();
    }

    @Test
    void nothingIsLostDoubledOrRestarted() throws Exception {
        System.out.println("chaos: seed " + seed + ", " + KILLS + " kills (-Dchaos.seed, -Dchaos.kills)");
        try (DaemonBed bed = new DaemonBed()) {
            rootfs = bed.rootfs("bash", "bash", "/usr/bin/flock");
            Files.writeString(rootfs.resolve("run.sh"), SCRIPT);
            Files.createDirectory(rootfs.resolve("evidence"));
            bed.services(services());
            for (int kill = 0; kill < KILLS; kill++) {
                // One in four doesn't get to its first answer.
                boolean early = kill % 4 == 3;
                if (early) {
                    bed.launch();
                } else {
                    bed.start();
                }
                Thread mischief = new Thread(() -> mischief(bed, early));
                mischief.start();
                pause(random.nextInt(early ? 500 : 1000));
                bed.killDaemon();
                mischief.join();
            }
            bed.start();
            bed.ctl("start", "all");
            endAll(bed);
            judge(bed);
        }
    }

    /** Something for a daemon to be in the middle of. */
    private void mischief(DaemonBed bed, boolean early) {
        int choice = random.nextInt(3);
        if (early || choice == 0) {
            return;
        }
        int first = random.nextInt(SERVICES - 3);
        for (int i = first; i < first + 3; i++) {
            causes[i]++;
        }
        if (choice == 1) {
            bed.ctl("stop", "s" + first, "s" + (first + 1), "s" + (first + 2));
            bed.ctl("start", "all");
            return;
        }
        for (int i = first; i < first + 3; i++) {
            versions[i]++;
        }
        try {
            bed.services(services());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        bed.ctl("reload");
    }

    /** How long a daemon lives is the matter of this test, not what it waits for. */
    @SuppressWarnings("ThreadSleep")
    private static void pause(int millis) throws InterruptedException {
        java.util.concurrent.TimeUnit.MILLISECONDS.sleep(millis);
    }

    private void endAll(DaemonBed bed) throws IOException {
        // Every service gets to write something under the last daemon, too.
        Map<Integer, Integer> runs = new HashMap<>();
        for (int i = 0; i < SERVICES; i++) {
            runs.put(i, evidence(i, "begun").size());
        }
        await().atMost(PATIENCE).until(() -> evidence(0, "begun").size() > runs.getOrDefault(0, 0));
        for (int i = 0; i < SERVICES; i++) {
            causes[i]++;
        }
        bed.done("stop", "all");
        try (Stream<Path> open = Files.list(Path.of("/proc/" + bed.daemonPid() + "/fd"))) {
            List<String> names = new ArrayList<>();
            for (Path fd : open.toList()) {
                if (Files.isSymbolicLink(fd)) {
                    names.add(Files.readSymbolicLink(fd).toString());
                }
            }
            long pidfds = names.stream().filter(name -> name.contains("pidfd")).count();
            assertEquals(
                    2, pidfds, () -> "descriptors of processes, beside two of the one that keeps the pipes: " + names);
            assertEquals(1, bed.keepers().size());
            Set<String> kept = new HashSet<>();
            try (Stream<Path> pipes =
                    Files.list(Path.of("/proc/" + bed.keepers().get(0) + "/fd"))) {
                for (Path fd : pipes.toList()) {
                    kept.add(Files.readSymbolicLink(fd).toString());
                }
            }
            kept.removeIf(name -> !name.startsWith("pipe:["));
            assertEquals(2 * SERVICES, kept.size(), () -> "pipes and their stages that are kept: " + kept);
            List<String> own = names.stream().filter(kept::contains).toList();
            assertEquals(2 * SERVICES, own.size(), () -> "descriptors of these that the daemon has: " + own);
            assertEquals(2 * SERVICES, Set.copyOf(own).size());
        }
        assertEquals(0, bed.endDaemon());
    }

    private List<String> evidence(int service, String kind) throws IOException {
        Path file = rootfs.resolve("evidence/s" + service + "." + kind);
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }

    private void judge(DaemonBed bed) throws IOException {
        int runs = 0;
        int uncaused = 0;
        long lines = 0;
        long lost = 0;
        long doubled = 0;
        List<String> findings = new ArrayList<>();
        for (int i = 0; i < SERVICES; i++) {
            runs += evidence(i, "begun").size();
            Map<Integer, Integer> last = new HashMap<>();
            int asked = 0;
            for (String end : evidence(i, "ended")) {
                String[] words = end.split(" ", -1);
                last.put(Integer.parseInt(words[0]), Integer.parseInt(words[1]));
                asked += Integer.parseInt(words[2]);
            }
            int silent = evidence(i, "begun").size() - last.size();
            int tooMany = Math.max(0, asked - causes[i]);
            if (silent + tooMany > 0) {
                findings.add("s" + i + ": " + silent + " runs ended without a word, " + tooMany + " of " + asked
                        + " were asked to without a cause");
            }
            uncaused += silent + tooMany;
            Log log = new Log(bed, i);
            for (Map.Entry<Integer, Integer> run : last.entrySet()) {
                lines += run.getValue();
                List<Integer> seen = log.runs.getOrDefault(run.getKey(), List.of());
                long distinct = seen.stream().distinct().count();
                lost += run.getValue() - distinct;
                doubled += seen.size() - distinct;
                boolean inOrder = seen.equals(seen.stream().sorted().toList());
                if (distinct != run.getValue() || seen.size() != distinct || !inOrder) {
                    findings.add("s" + i + " run " + run.getKey() + ": wrote " + run.getValue() + " lines, the log has "
                            + seen.size() + (inOrder ? "" : " out of order") + ", the last of them "
                            + (seen.isEmpty() ? 0 : seen.get(seen.size() - 1)));
                }
            }
            findings.addAll(log.garbled);
        }
        long twins = Files.exists(rootfs.resolve("evidence/twins"))
                ? Files.readAllLines(rootfs.resolve("evidence/twins")).size()
                : 0;
        System.out.println("chaos: " + KILLS + " kills, " + runs + " runs, " + lines + " lines; without a cause "
                + uncaused + ", twice " + twins + ", lines lost " + lost + ", doubled " + doubled + " (seed " + seed
                + ")");
        assertEquals(List.of(), findings, () -> "seed " + seed);
        assertEquals(0, twins);
    }

    /** What a service's log says of each run. */
    private static final class Log {
        final Map<Integer, List<Integer>> runs = new HashMap<>();
        final List<String> garbled = new ArrayList<>();

        Log(DaemonBed bed, int service) throws IOException {
            String name = "s" + service + ".stdout.log";
            StringBuilder text = new StringBuilder();
            for (int i = 1000; i >= 0; i--) {
                Path file = bed.logDir().resolve(name + (i == 0 ? "" : "." + i));
                if (Files.exists(file)) {
                    text.append(Files.readString(file));
                }
            }
            for (String line : text.toString().lines().toList()) {
                String[] words = line.split(" ", -1);
                if (words.length == 3 && line.endsWith(" 0123456789abcdefghijklmnopqrstuvwxyz")) {
                    runs.computeIfAbsent(Integer.parseInt(words[0]), run -> new ArrayList<>())
                            .add(Integer.parseInt(words[1]));
                } else {
                    garbled.add(name + ": \"" + line + "\"");
                }
            }
        }
    }
}
