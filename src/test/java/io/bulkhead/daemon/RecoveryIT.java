package io.bulkhead.daemon;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.kernel.KernelTest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A daemon that dies, and the next one. */
@KernelTest
final class RecoveryIT {
    private static final String COUNTING = "i=0; while :; do i=$((i+1)); echo line $i; read -t 0.01 <> /dev/ptmx; done";

    /** One that counts, a line at a time. */
    static String service(Path rootfs, String keys) {
        return "{ rootfs = " + rootfs + ", command = [/bin/bash, -c, \"" + COUNTING.replace("$", "\\u0024")
                + "\"]\nstart.ready-after = 50 ms\n" + keys + "\n}\n";
    }

    @Test
    void theNextDaemonTakesUpWhatRuns() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("bash", "bash");
            bed.services("same " + service(rootfs, "cpu { quota = 50 ms }")
                            + "changed " + service(rootfs, "")
                            + "gone " + service(rootfs, "")
                            + "dies " + service(rootfs, ""))
                    .start();
            for (String service : List.of("same", "changed", "gone", "dies")) {
                bed.awaitStatus(service, "RUNNING");
            }
            long same = bed.pid("same");
            long changed = bed.pid("changed");
            long gone = bed.pid("gone");
            long dies = bed.pid("dies");

            bed.killDaemon();
            assertTrue(Files.exists(Path.of("/proc/" + same)));
            DaemonBed.signal("KILL", dies);
            bed.services("same " + service(rootfs, "cpu { quota = 30 ms }")
                    + "changed " + service(rootfs, "nice = 1")
                    + "dies " + service(rootfs, ""));
            bed.start();

            bed.awaitStatus("same", "RUNNING");
            assertEquals(same, bed.pid("same"));
            bed.awaitStatus("changed", "RUNNING");
            await().atMost(DaemonBed.PATIENCE).until(() -> bed.pid("changed") != changed && bed.pid("changed") != 0);
            bed.awaitStatus("dies", "RUNNING");
            assertNotEquals(dies, bed.pid("dies"));
            await().atMost(DaemonBed.PATIENCE).until(() -> bed.groups("gone").isEmpty());
            assertTrue(!bed.processes().contains(Long.toString(gone)));
            // And an adopted one is supervised as any other: its end is noticed.
            DaemonBed.signal("KILL", same);
            await().atMost(DaemonBed.PATIENCE).until(() -> bed.pid("same") != same && bed.pid("same") != 0);
        }
    }

    @Test
    void servicesStayWhereTheDaemonIsToldToKeepThem() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("bash", "bash");
            bed.settings("on-exit = keep")
                    .services("web " + service(rootfs, ""))
                    .start();
            bed.awaitStatus("web", "RUNNING");
            long pid = bed.pid("web");

            assertEquals(0, bed.endDaemon());
            assertTrue(Files.exists(Path.of("/proc/" + pid)));
            bed.settings("on-exit = stop")
                    .services("web " + service(rootfs, ""))
                    .start();

            assertEquals(pid, bed.pid("web"));
            assertEquals("Shut down\n", bed.done("shutdown"));
        }
    }

    @Test
    void whatOperatorsSaidAndWhatHasFailedOutliveTheDaemon() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("bash", "bash");
            bed.services("halted " + service(rootfs, "")
                            + "manual " + service(rootfs, "autostart = false")
                            + "crashes { rootfs = " + rootfs + ", command = [/bin/bash, -c, \"exit 3\"]\n"
                            + "restart { limit.attempts = 2, backoff.initial = 10 ms } }\n"
                            + "once { rootfs = " + rootfs
                            + ", command = [/bin/bash, -c, \"echo ran; until [ -e /go ]; do read -t 0.05 <> /dev/ptmx; done\"]\n"
                            + "start.ready-after = 50 ms, restart.policy = never }\n")
                    .start();
            bed.awaitStatus("halted", "RUNNING");
            bed.awaitStatus("once", "RUNNING");
            bed.awaitStatus("crashes", "FATAL");
            assertEquals("halted: stopped\n", bed.done("stop", "halted"));
            assertEquals("manual: started\n", bed.done("start", "manual"));
            long manual = bed.pid("manual");
            long once = bed.pid("once");

            bed.killDaemon();
            Files.createFile(rootfs.resolve("go"));
            await().atMost(DaemonBed.PATIENCE).until(() -> !Files.exists(Path.of("/proc/" + once)));
            bed.start();

            assertTrue(bed.status("halted").startsWith("STOPPED"), bed::daemonLog);
            assertEquals(manual, bed.pid("manual"));
            assertTrue(bed.status("crashes").startsWith("FATAL Exited too quickly"), () -> bed.status("crashes"));
            bed.awaitStatus("once", "EXITED");
            bed.awaitLog("service=once pid=" + once + " ended while no daemon ran");
            assertEquals("ran\n", bed.done("tail", "once"));
        }
    }

    @Test
    void aRecordThatIsNoneCostsNoService() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("bash", "bash");
            String services = "";
            List<String> names = List.of("short", "garbage", "missing", "foreign");
            for (String name : names) {
                services += name + " " + service(rootfs, "");
            }
            bed.services(services).start();
            Map<String, Long> pids = new HashMap<>();
            for (String name : names) {
                bed.awaitStatus(name, "RUNNING");
                pids.put(name, bed.pid(name));
            }
            bed.killDaemon();
            Path records = bed.runDir().resolve("services");
            byte[] whole = Files.readAllBytes(records.resolve("short.service"));
            Files.write(records.resolve("short.service"), Arrays.copyOf(whole, whole.length / 2));
            Files.write(records.resolve("garbage.service"), new byte[100_000]);
            Files.delete(records.resolve("missing.service"));
            Files.writeString(records.resolve("foreign.service"), "[Unit]\nDescription=somebody else's\n");
            Files.writeString(records.resolve("nobody.service"), "");
            Files.createDirectory(records.resolve("a-directory.service"));

            bed.start();

            for (String name : names) {
                bed.awaitStatus(name, "RUNNING");
                assertEquals(pids.get(name), bed.pid(name), name);
            }
        }
    }

    @Test
    void aServiceThatCannotBeReadMeanwhileIsLeftAloneAndTakenUp() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("bash", "bash");
            bed.services("web " + service(rootfs, "")).start();
            bed.awaitStatus("web", "RUNNING");
            long pid = bed.pid("web");

            bed.killDaemon();
            bed.services("web " + service(rootfs, "nice = 100")).start();
            assertEquals(pid, bed.pid("web"));
            bed.services("web " + service(rootfs, ""));
            bed.done("reload");

            bed.awaitStatus("web", "RUNNING");
            assertEquals(pid, bed.pid("web"));
        }
    }

    @Test
    void aServiceThatWasRemovedMeanwhileIsStoppedAsItWasToBe() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("bash", "bash");
            bed.services(
                            "polite { rootfs = " + rootfs + ", stop.signal = USR1, start.ready-after = 50 ms\n"
                                    + "command = [/bin/bash, -c, \"trap 'echo bye; exit' USR1; echo up; while :; do read -t 0.05 <> /dev/ptmx; done\"] }\n")
                    .start();
            bed.awaitOutput("polite", "up\n");

            bed.killDaemon();
            bed.services("").start();

            await().atMost(DaemonBed.PATIENCE).until(() -> bed.groups("polite").isEmpty());
            await().atMost(DaemonBed.PATIENCE)
                    .until(() -> !Files.exists(bed.runDir().resolve("services/polite.service")));
            assertEquals("up\nbye\n", Files.readString(bed.logDir().resolve("polite.stdout.log")));
            assertEquals(
                    List.of(),
                    bed.specialFiles().stream()
                            .filter(f -> f.toString().contains("polite"))
                            .toList());
        }
    }

    @Test
    void shutdownSaysWhatBecomesOfTheServices() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("bash", "bash");
            bed.services("web " + service(rootfs, "")).start();
            bed.awaitStatus("web", "RUNNING");
            long pid = bed.pid("web");

            assertEquals("Shut down\n", bed.done("shutdown", "--keep"));
            assertEquals(0, bed.awaitDaemonsEnd());
            assertTrue(Files.exists(Path.of("/proc/" + pid)));
            bed.settings("on-exit = keep")
                    .services("web " + service(rootfs, ""))
                    .start();
            assertEquals(pid, bed.pid("web"));

            assertEquals("Shut down\n", bed.done("shutdown", "--stop"));
            assertEquals(0, bed.awaitDaemonsEnd());
            assertEquals(List.of(), bed.processes());
        }
    }

    @Test
    void ofManyStartedAtOnceOneHasTheRunDirectory() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            bed.services("");
            List<Process> all = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                all.add(bed.spawn(ProcessBuilder.Redirect.DISCARD));
            }

            await().atMost(DaemonBed.PATIENCE)
                    .until(() -> all.stream().filter(Process::isAlive).count() == 1
                            && bed.ctl("version").code() == 0);
            for (Process daemon : all) {
                if (daemon.isAlive()) {
                    daemon.destroy();
                    assertEquals(0, daemon.waitFor());
                } else {
                    assertEquals(1, daemon.exitValue());
                }
            }
        }
    }

    @Test
    void anOrphanGroupIsEmptiedAndRemoved() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("bash", "bash");
            bed.settings("reconcile.interval = 100 ms")
                    .services("web " + service(rootfs, ""))
                    .start();
            bed.awaitStatus("web", "RUNNING");
            Process stray = new ProcessBuilder("/bin/sleep", "1000").start();

            for (Path group : bed.groups("web")) {
                Path orphan = Files.createDirectory(group.resolveSibling("orphan"));
                for (String file : List.of("cpuset.cpus", "cpuset.mems")) {
                    if (Files.exists(orphan.resolve(file))) {
                        Files.copy(group.resolve(file), Files.newOutputStream(orphan.resolve(file)));
                    }
                }
                Files.writeString(orphan.resolve("cgroup.procs"), Long.toString(stray.pid()));
            }

            await().atMost(DaemonBed.PATIENCE).until(() -> bed.groups("orphan").isEmpty());
            assertEquals(137, stray.waitFor());
            bed.awaitStatus("web", "RUNNING");
        }
    }

    @Test
    void oneDaemonHasARunDirectory() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            bed.services("").start();

            Process second = bed.spawn(ProcessBuilder.Redirect.PIPE);
            String said = new String(second.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);

            assertEquals(1, second.waitFor());
            assertEquals(
                    "supervisord: another supervisord (pid " + bed.daemonPid() + ") has " + bed.runDir() + "\n", said);
            bed.done("version");
        }
    }

    @Test
    void aDaemonLeavesAnothersGroupsAlone() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("bash", "bash");
            bed.services("web " + service(rootfs, "")).start();
            bed.awaitStatus("web", "RUNNING");
            long pid = bed.pid("web");
            String first = Files.readString(bed.conf);

            Files.writeString(
                    bed.conf,
                    first.replace(bed.runDir().toString(), bed.work + "/other").replaceAll("(?s)services .*", ""));
            Process second = bed.spawn(ProcessBuilder.Redirect.PIPE);
            String said = new String(second.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);

            assertEquals(1, second.waitFor());
            assertEquals(
                    "supervisord: another supervisord has the cgroup /" + bed.parent
                            + ": give this one a supervisor.cgroup.parent of its own\n",
                    said);
            assertEquals(pid, bed.pid("web"));
        }
    }

    @Test
    void anUnreadableConfigurationEndsTheDaemonBeforeAnythingIsDone() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            bed.services("web { rootfs = ");

            Process daemon = bed.spawn(ProcessBuilder.Redirect.PIPE);
            String said = new String(daemon.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);

            assertEquals(2, daemon.waitFor());
            assertTrue(said.startsWith(bed.conf + ":"), said);
            assertTrue(!Files.exists(bed.runDir()));
        }
    }
}
