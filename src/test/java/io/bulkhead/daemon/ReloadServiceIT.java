package io.bulkhead.daemon;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.cli.Ctl;
import io.bulkhead.kernel.KernelTest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Services that are told to read their own configuration again while they run. */
@KernelTest
final class ReloadServiceIT {
    @ParameterizedTest
    @ValueSource(strings = {"private", "host"})
    void aReloadRunsInsideTheRunningContainer(String pid) throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            HookStage stage = new HookStage(bed);
            bed.services(stage.web(
                            HookStage.MAIN,
                            "user = 12, hostname = box, namespaces.pid = " + pid + "\n"
                                    + HookStage.hook(
                                            "reload",
                                            "echo reload $(id -u) $HOSTNAME $BULKHEAD_SERVICE >> /journal/log;"
                                                    + " setsid sleep 1000 & echo said reload",
                                            "")))
                    .start();
            bed.awaitStatus("web", "RUNNING");
            long main = bed.pid("web");

            assertEquals("web: reloaded\n", bed.done("reload-service", "web"));

            assertEquals(List.of("main", "reload 12 box web"), stage.lines());
            bed.awaitOutput("web", "said reload\n");
            assertEquals(List.of(Long.toString(main)), bed.processes(), "what it has left is ended");
            assertTrue(bed.done("events", "web").contains("reload: exit status 0"));
        }
    }

    @ParameterizedTest
    @CsvSource({"container, private", "container, host", "host, private"})
    void aReloadThatHangsIsKilledWithAllItStarted(String where, String pid) throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            HookStage stage = new HookStage(bed);
            bed.services(stage.web(
                            HookStage.MAIN,
                            "namespaces.pid = " + pid + "\n"
                                    + HookStage.hook("reload", HookStage.HANGS, "timeout = 500 ms, where = " + where)))
                    .start();
            bed.awaitStatus("web", "RUNNING");
            long main = bed.pid("web");

            Ctl.Result reload = bed.ctl("reload-service", "web");

            assertEquals(7, reload.code(), reload::toString);
            assertEquals("web: ERROR (abnormal termination)\n", reload.out());
            assertEquals("web: reload took longer than 500 ms\n", reload.err());
            assertEquals(main, bed.pid("web"));
            assertEquals(List.of(Long.toString(main)), bed.processes());
        }
    }

    @Test
    void aReloadOnTheHostKnowsTheMainProcess() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            HookStage stage = new HookStage(bed);
            Path seen = bed.work.resolve("seen");
            bed.services(stage.web(
                            HookStage.MAIN,
                            HookStage.hook(
                                    "reload",
                                    "echo $(id -u) $BULKHEAD_MAIN_PID > " + seen + "; cat /proc/self/cgroup >> " + seen,
                                    "where = host")))
                    .start();
            bed.awaitStatus("web", "RUNNING");

            assertEquals("web: reloaded\n", bed.done("reload-service", "web"));

            List<String> lines = Files.readAllLines(seen);
            assertEquals("0 " + bed.pid("web"), lines.get(0));
            assertTrue(lines.stream().anyMatch(l -> l.endsWith("/" + bed.parent + "/__web")), lines::toString);
            assertEquals(List.of(), bed.groups("__web"));
        }
    }

    @Test
    void aReloadByASignalOrNone() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            HookStage stage = new HookStage(bed);
            String traps = "trap 'echo hup >> /journal/log' HUP; while :; do sleep 1000 & wait; done";
            bed.services(stage.web(traps, "reload.signal = HUP")).start();
            bed.awaitStatus("web", "RUNNING");

            assertEquals("web: reloaded\n", bed.done("reload-service", "web"));
            stage.awaitLines("hup");

            bed.services(stage.web(traps, ""));
            bed.done("reload");
            Ctl.Result none = bed.ctl("reload-service", "web");
            assertEquals("web: ERROR (it has neither reload.command nor reload.signal)\n", none.out());
            bed.done("stop", "web");
            assertEquals(
                    "web: ERROR (not running)\n",
                    bed.ctl("reload-service", "web").out());
        }
    }

    @Test
    void aReloadHoldsUpNoStopAndIsEndedByTheNextDaemon() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            HookStage stage = new HookStage(bed);
            bed.services(stage.web(
                            HookStage.MAIN,
                            "namespaces.pid = host\n" + stage.waits("reload").replace("flock -n 9", ":")))
                    .start();
            bed.awaitStatus("web", "RUNNING");
            long main = bed.pid("web");
            var first = CompletableFuture.supplyAsync(() -> bed.ctl("reload-service", "web"));
            stage.awaitLines("main", "reload");

            bed.killDaemon();
            assertTrue(first.get(30, TimeUnit.SECONDS).code() != 0);
            bed.start();

            assertEquals(main, bed.pid("web"));
            await().atMost(DaemonBed.PATIENCE)
                    .untilAsserted(() -> assertEquals(List.of(Long.toString(main)), bed.processes()));
            var second = CompletableFuture.supplyAsync(() -> bed.ctl("reload-service", "web"));
            stage.awaitLines("main", "reload", "reload");
            assertEquals("web: stopped\n", bed.done("stop", "web"));
            assertEquals(7, second.get(30, TimeUnit.SECONDS).code());
            HookStage.awaitNobody(bed);
        }
    }
}
