package io.bulkhead.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.kernel.KernelTest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Services that are ended by a command in place of a signal. */
@KernelTest
final class StopCommandIT {
    /**
     * Deaf to the signal's fellows, it writes down the one that is its signal, and ends when somebody writes into the FIFO, but
     * not before the process whose number that is: by its own end, the kernel kills all who share its PID namespace.
     */
    private static final String MAIN = "echo main >> /journal/log; trap 'echo int >> /journal/log; exit 0' INT;"
            + " trap '' TERM; exec 7<> /journal/go; while ! read who <&7; do :; done; echo asked >> /journal/log;"
            + " while kill -0 $who 2> /dev/null; do sleep 0.01; done";

    private static String stop(String script, String keys) {
        return HookStage.hook("stop", script, "signal = INT\n" + keys);
    }

    @ParameterizedTest
    @ValueSource(strings = {"private", "host"})
    void itsCommandRunsInsideAndNoSignalIsSent(String pid) throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            HookStage stage = new HookStage(bed);
            String script =
                    "echo stop $(id -u) $BULKHEAD_SERVICE >> /journal/log; setsid sleep 1000 & echo $$ > /journal/go";
            bed.services(stage.web(MAIN, "user = 12, namespaces.pid = " + pid + "\n" + stop(script, "")))
                    .start();
            bed.awaitStatus("web", "RUNNING");

            assertEquals("web: stopped\n", bed.done("stop", "web"));

            assertEquals(List.of("main", "stop 12 web", "asked"), stage.lines());
            HookStage.awaitNobody(bed);
            assertTrue(bed.done("events", "web").contains("stop: exit status 0"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"container", "host"})
    void theSignalIsSentWhereItFails(String where) throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            HookStage stage = new HookStage(bed);
            bed.services(stage.web(MAIN, stop("exit 3", "where = " + where))).start();
            bed.awaitStatus("web", "RUNNING");

            assertEquals("web: stopped\n", bed.done("stop", "web"));

            assertEquals(List.of("main", "int"), stage.lines());
            assertTrue(bed.done("events", "web").contains("(stop failed: exit status 3)"));
            assertEquals(List.of(), bed.groups("___web"));
        }
    }

    @Test
    void theSignalIsSentWhereThereIsNoSuchCommand() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            HookStage stage = new HookStage(bed);
            bed.services(stage.web(MAIN, "stop { command = /bin/nosuch, signal = INT }"))
                    .start();
            bed.awaitStatus("web", "RUNNING");

            assertEquals("web: stopped\n", bed.done("stop", "web"));

            assertEquals(List.of("main", "int"), stage.lines());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"container", "host"})
    void allIsKilledWhenItsTimeIsOver(String where) throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            HookStage stage = new HookStage(bed);
            bed.services(stage.web(MAIN, stop(HookStage.HANGS, "timeout = 500 ms, where = " + where)))
                    .start();
            bed.awaitStatus("web", "RUNNING");

            assertEquals("web: stopped\n", bed.done("stop", "web"));

            HookStage.awaitNobody(bed);
            assertEquals("main", stage.lines().get(0));
        }
    }

    @Test
    void onTheHostItKnowsTheMainProcessAlsoOfAServiceThatIsNoLongerDeclared() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            HookStage stage = new HookStage(bed);
            Path seen = bed.work.resolve("seen");
            String script = "echo $(id -u) $BULKHEAD_MAIN_PID > " + seen + "; echo > " + stage.journal() + "/go";
            bed.services(stage.web(MAIN, stop(script, "where = host"))).start();
            bed.awaitStatus("web", "RUNNING");
            long main = bed.pid("web");

            bed.services("");
            bed.done("reload");

            assertEquals("0 " + main + "\n", Files.readString(seen));
            assertEquals(List.of("main", "asked"), stage.lines());
            HookStage.awaitNobody(bed);
        }
    }

    @Test
    void theNextDaemonBeginsItAnew() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            HookStage stage = new HookStage(bed);
            String script = "echo stop >> /journal/log; test -e /journal/now && echo > /journal/go; sleep 1000";
            bed.services(stage.web(MAIN, stop(script, "timeout = 1 m"))).start();
            bed.awaitStatus("web", "RUNNING");
            var first = CompletableFuture.supplyAsync(() -> bed.ctl("stop", "web"));
            stage.awaitLines("main", "stop");

            bed.killDaemon();
            assertTrue(first.get(30, TimeUnit.SECONDS).code() != 0);
            Files.createFile(stage.journal().resolve("now"));
            bed.start();

            bed.awaitStatus("web", "STOPPED");
            assertEquals(List.of("main", "stop", "stop", "asked"), stage.lines());
            HookStage.awaitNobody(bed);
        }
    }
}
