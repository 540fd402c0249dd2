package io.bulkhead.daemon;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.cli.Ctl;
import io.bulkhead.kernel.KernelTest;
import io.bulkhead.libc.Checkpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Configurations that were in force come back: by themselves, by command, and over daemons' deaths. */
@KernelTest
final class GenerationsIT {
    private static final String FAILS = "start.ready-after = 50 ms, restart.backoff.initial = 10 ms";

    private static String service(String name, Path rootfs, String command, String keys) {
        return name + " { rootfs = " + rootfs + ", command = [/bin/bash, -c, \"" + command + "\"]\n"
                + "start.ready-after = 50 ms\n" + keys + "\n}\n";
    }

    private static String runs(String name, Path rootfs, String value) {
        return service(name, rootfs, "sleep 1000", "environment.VALUE = " + value);
    }

    private static Path rootfs(DaemonBed bed) throws IOException {
        return bed.rootfs("bash", "bash", "sleep");
    }

    private static String environment(DaemonBed bed, String service) {
        return bed.done("inspect", service)
                .lines()
                .filter(line -> line.contains("environment = "))
                .findFirst()
                .orElse("");
    }

    @Test
    void aReloadIsConfirmedByWhatComesUp() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = rootfs(bed);
            bed.services(runs("web", rootfs, "old")).start();
            bed.awaitStatus("web", "RUNNING");

            bed.services(runs("web", rootfs, "new") + service("once", rootfs, "exit 0", "restart.policy = on-failure"));
            long begun = System.nanoTime();
            bed.done("reload", "--confirm", "1s");

            assertTrue(System.nanoTime() - begun >= 1_000_000_000L, "not watched for a second");
            assertTrue(environment(bed, "web").contains("VALUE=new"));
            List<String> history = bed.done("history").lines().toList();
            assertEquals(2, history.size(), history::toString);
            assertTrue(history.get(1).startsWith("*   2  "), history::toString);
            assertTrue(
                    history.get(1).endsWith("reload: added once; changed web (environment.VALUE)"), history::toString);
            assertTrue(bed.done("events").contains("generation 2 is confirmed: once, web are up"));
            bed.killDaemon();
            bed.start();
            assertEquals(history, bed.done("history").lines().toList());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "exit 3                        | restart.policy = never   | bad: EXITED exit status 3",
                "exit 3                        | restart.backoff.initial = 20 s, start.ready-after = 20 s | bad: BACKOFF Exited too quickly",
                "exit 3                        | restart.backoff.initial = 0 s, restart.limit.attempts = 0 | bad: ",
                "exit 3                        | restart.limit { attempts = 1 }, restart.backoff.initial = 1 ms | bad: ",
                "sleep 0.3; exit 0             |                          | bad: BACKOFF Ended unexpectedly: exit status 0",
                "sleep 1000                    | start.ready-after = 20 s | bad: STARTING, not up in time",
            })
    void oneThatDoesNotComeUpBringsBackWhatWasInForce(String command, String keys, String why) throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = rootfs(bed);
            bed.services(runs("web", rootfs, "old") + runs("gone", rootfs, "gone") + runs("same", rootfs, "same"))
                    .start();
            for (String service : List.of("web", "gone", "same")) {
                bed.awaitStatus(service, "RUNNING");
            }
            long same = bed.pid("same");

            bed.services(runs("web", rootfs, "new")
                    + runs("same", rootfs, "same")
                    + service("bad", rootfs, command, keys == null ? "" : keys));
            Ctl.Result reload = bed.ctl("reload", "--confirm", "2s");

            assertEquals(7, reload.code(), reload::toString);
            assertTrue(reload.err().startsWith(why), reload::toString);
            assertTrue(reload.err().endsWith("; generation 1 is in force again, as generation 3\n"), reload::toString);
            bed.awaitStatus("web", "RUNNING");
            bed.awaitStatus("gone", "RUNNING");
            assertTrue(environment(bed, "web").contains("VALUE=old"));
            assertEquals(4, bed.ctl("status", "bad").code());
            assertEquals(List.of(), bed.groups("bad"));
            assertEquals(same, bed.pid("same"));
            assertTrue(bed.ctl("status").err().contains("note: generation 3 of the configuration is in force"));
            assertTrue(bed.done("events").contains("back to 1, for " + why), () -> bed.done("events"));
            assertEquals(10, bed.ctl("plan", "--exit-code").code());
        }
    }

    @Test
    void whatAnOperatorStopsAndWhatFailedBeforeIsNoFailure() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = rootfs(bed);
            String failed = "restart.policy = never, " + FAILS;
            bed.services(runs("web", rootfs, "old") + service("failed", rootfs, "exit 3", failed))
                    .start();
            bed.awaitStatus("web", "RUNNING");
            bed.awaitStatus("failed", "EXITED");

            bed.services(
                    runs("web", rootfs, "new") + service("failed", rootfs, "exit 3", failed + "\nstop.timeout = 1 s"));
            CompletableFuture<Ctl.Result> reload =
                    CompletableFuture.supplyAsync(() -> bed.ctl("reload", "--confirm", "2s"));
            await().atMost(DaemonBed.PATIENCE).until(() -> bed.done("history").contains("to be confirmed"));
            bed.done("stop", "web");

            // The code tells of the service that failed before, as ever; nothing went back.
            assertEquals("", reload.get(30, TimeUnit.SECONDS).err().replaceAll("failed: .*\n", ""));
            assertTrue(
                    bed.done("history").lines().reduce((a, b) -> b).orElse("").startsWith("*   2  "));
        }
    }

    @Test
    void anotherChangeTakesTheWatchedOnesPlace() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = rootfs(bed);
            bed.services(runs("web", rootfs, "old")).start();
            bed.awaitStatus("web", "RUNNING");

            bed.services(runs("web", rootfs, "new"));
            CompletableFuture<Ctl.Result> reload =
                    CompletableFuture.supplyAsync(() -> bed.ctl("reload", "--confirm", "10m"));
            await().atMost(DaemonBed.PATIENCE).until(() -> bed.done("history").contains("to be confirmed"));
            bed.services(runs("web", rootfs, "newer"));
            bed.done("reload");

            Ctl.Result result = reload.get(30, TimeUnit.SECONDS);
            assertEquals(7, result.code(), result::toString);
            assertEquals(
                    "it was not watched to the end: generation 3 (reload, by root) took its place\n", result.err());
            assertTrue(environment(bed, "web").contains("VALUE=newer"));
            assertFalse(bed.done("history").contains("to be confirmed"));
        }
    }

    @Test
    void aRollbackStaysUntilTheNextReloadWhateverBecomesOfTheDaemon() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = rootfs(bed);
            bed.settings("on-exit = keep").services(runs("web", rootfs, "one")).start();
            bed.services(runs("web", rootfs, "two") + runs("two", rootfs, "two"));
            bed.done("reload");
            bed.services(runs("web", rootfs, "three"));
            bed.done("reload");

            assertTrue(bed.done("rollback").startsWith("+ two\n~ web  (restart)\n"));
            assertTrue(environment(bed, "web").contains("VALUE=two"));
            long pid = bed.pid("web");
            bed.killDaemon();
            bed.start();
            bed.awaitLog("generation 4 (rollback to 2, by root) stays in force, not what the files say");
            assertEquals(pid, bed.pid("web"));
            assertEquals(0, bed.endDaemon());
            bed.start();
            assertEquals(pid, bed.pid("web"));
            assertTrue(bed.status("two").startsWith("RUNNING"));

            bed.done("rollback");
            assertTrue(environment(bed, "web").contains("VALUE=one"), "the one before the one that was gone back to");
            assertEquals(
                    "no generation 9: kept are 1 to 5",
                    bed.ctl("rollback", "9").err().strip().replace("error: ", ""));
            bed.done("rollback", "3");
            assertEquals("", bed.ctl("status").err(), "the files say just this");
            bed.done("rollback", "2");

            bed.killDaemon();
            bed.services(runs("web", rootfs, "four")).start();
            bed.awaitStatus("web", "RUNNING");
            assertTrue(environment(bed, "web").contains("VALUE=four"), "edited files win");
            assertEquals(4, bed.ctl("status", "two").code());
            bed.done("rollback", "2");
            bed.done("reload");
            assertTrue(environment(bed, "web").contains("VALUE=four"));
            assertEquals("", bed.ctl("status").err());
            bed.done("shutdown", "--stop");
            bed.awaitDaemonsEnd();
        }
    }

    @Test
    void aMixedConfigurationComesBackAsItWas() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = rootfs(bed);
            bed.settings("generations = 3")
                    .services(runs("a", rootfs, "1") + runs("b", rootfs, "1") + runs("c", rootfs, "1"))
                    .start();
            bed.services(runs("a", rootfs, "2") + runs("b", rootfs, "2") + runs("d", rootfs, "2"));
            bed.done("update", "a");
            bed.done("add", "d");
            bed.services(runs("a", rootfs, "3"));
            bed.done("reload");

            bed.done("rollback");
            bed.awaitStatus("d", "RUNNING");
            assertTrue(environment(bed, "a").contains("VALUE=2"));
            assertTrue(environment(bed, "b").contains("VALUE=1"));
            assertTrue(environment(bed, "c").contains("VALUE=1"));
            assertTrue(environment(bed, "d").contains("VALUE=2"));
            assertEquals(3, bed.done("history").lines().count());
            try (Stream<Path> files = Files.list(bed.stateDir().resolve("generations"))) {
                for (Path file : files.toList()) {
                    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
                }
            }
            assertEquals(
                    "rwx------",
                    PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(bed.stateDir().resolve("generations"))));
        }
    }

    @Test
    void aPlanIsAppliedAsItWasShownOrNotAtAll() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = rootfs(bed);
            bed.services(runs("web", rootfs, "one")).start();
            bed.services(runs("web", rootfs, "two"));
            String plan = bed.done("plan");
            String hash = plan.substring(plan.indexOf("hash: ") + 6).strip();

            bed.services(runs("web", rootfs, "two") + runs("more", rootfs, "more"));
            Ctl.Result refused = bed.ctl("apply", "--plan", hash);
            assertEquals(2, refused.code(), refused::toString);
            assertTrue(refused.err().startsWith("the files say something else: added more\n"), refused::toString);
            assertTrue(environment(bed, "web").contains("VALUE=one"));

            bed.services("# a comment changes nothing\n" + runs("web", rootfs, "two"));
            assertTrue(bed.done("apply", "--plan", hash).startsWith("~ web  (restart)\n"));
            assertTrue(environment(bed, "web").contains("VALUE=two"));
            refused = bed.ctl("apply", "--plan", hash);
            assertEquals(2, refused.code(), refused::toString);
            assertTrue(
                    refused.err().startsWith("in force is another configuration: generation 2 (apply, by root)\n"),
                    refused::toString);
        }
    }

    /** It dies as often as it can in a reload that is to be confirmed, and in the going back. */
    @ParameterizedTest
    @CsvSource({
        // The first generation is the start's.
        "GENERATION_HALF_WRITTEN, 2",
        "GENERATION_WRITTEN, 2",
        "RELOAD_READ, 1",
        "RELOAD_IN_FORCE, 1",
        "GENERATION_HALF_WRITTEN, 3",
        "GENERATION_WRITTEN, 3",
        "RELOAD_READ, 2",
        "RELOAD_IN_FORCE, 2",
    })
    void theNextDaemonGoesBackInTheDeadOnesPlace(Checkpoint checkpoint, int nth) throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = rootfs(bed);
            String bad = service("bad", rootfs, "sleep 0.5; exit 3", "restart.policy = never");
            bed.services(runs("web", rootfs, "old"));
            Process daemon = bed.startAs(InterruptedDaemon.at(checkpoint, nth));
            bed.awaitStatus("web", "RUNNING");
            bed.services(runs("web", rootfs, "new") + bad);
            bed.ctl("reload", "--confirm", "60s");
            assertTrue(
                    daemon.waitFor(20, TimeUnit.SECONDS), () -> checkpoint + " was never reached\n" + bed.daemonLog());
            bed.forgetDaemon();

            bed.start();

            if (checkpoint == Checkpoint.GENERATION_HALF_WRITTEN && nth == 2) {
                // It died before anything was promised: the files rule, as at any start.
                bed.awaitStatus("bad", "EXITED");
                assertTrue(environment(bed, "web").contains("VALUE=new"));
                return;
            }
            await().atMost(DaemonBed.PATIENCE)
                    .untilAsserted(() -> assertTrue(
                            bed.done("history")
                                    .lines()
                                    .reduce((a, b) -> b)
                                    .orElse("")
                                    .startsWith("*   3  "),
                            () -> bed.done("history") + bed.daemonLog()));
            await().atMost(DaemonBed.PATIENCE)
                    .until(() -> environment(bed, "web").contains("VALUE=old"));
            bed.awaitStatus("web", "RUNNING");
            await().atMost(DaemonBed.PATIENCE).until(() -> bed.groups("bad").isEmpty());
            assertEquals(4, bed.ctl("status", "bad").code());
            assertTrue(bed.ctl("status").err().contains("generation 3 of the configuration is in force"));
        }
    }

    @Test
    void theNextDaemonConfirmsInTheDeadOnesPlace() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = rootfs(bed);
            bed.services(runs("web", rootfs, "old")).start();
            bed.awaitStatus("web", "RUNNING");
            bed.services(runs("web", rootfs, "new"));
            CompletableFuture<Ctl.Result> reload =
                    CompletableFuture.supplyAsync(() -> bed.ctl("reload", "--confirm", "3s"));
            await().atMost(DaemonBed.PATIENCE).until(() -> bed.done("history").contains("to be confirmed"));
            bed.killDaemon();
            assertNotEquals(0, reload.get(30, TimeUnit.SECONDS).code());

            bed.start();

            assertTrue(bed.done("history").contains("to be confirmed"));
            await().atMost(DaemonBed.PATIENCE)
                    .until(() -> bed.done("events").contains("generation 2 is confirmed: web is up"));
            assertFalse(bed.done("history").contains("to be confirmed"));
            assertTrue(environment(bed, "web").contains("VALUE=new"));
        }
    }
}
