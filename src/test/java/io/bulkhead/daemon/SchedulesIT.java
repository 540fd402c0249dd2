package io.bulkhead.daemon;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.cli.Ctl;
import io.bulkhead.kernel.KernelTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Services that run at certain times. */
@KernelTest
final class SchedulesIT {
    private static final String QUICK = "start.ready-after = 0 s, restart.backoff { initial = 20 ms, max = 50 ms }";

    private static String job(DaemonBed bed, String script, String keys) throws IOException {
        return "job { type = scheduled, rootfs = " + bed.rootfs("bash", "bash", "sleep")
                + ", command = [/bin/bash, -c, \"\"\"" + script + "\"\"\"]\n" + QUICK + "\n" + keys + "\n}\n";
    }

    private static Path out(DaemonBed bed) {
        return bed.logDir().resolve("job.stdout.log");
    }

    private static String leapDay(String more) {
        return "schedule { cron = \"0 0 29 2 *\", time-zone = UTC" + more + " }";
    }

    @Test
    void waitsForItsTimeAndTellsIt() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            bed.services(job(bed, "echo run", leapDay(""))).start();
            bed.awaitStatus("job", "STOPPED");

            Ctl.Result status = bed.ctl("status", "job");

            assertEquals(0, status.code(), "who waits for its time is as it should be");
            assertTrue(status.out().contains("Not started, next run Feb 2"), status.out());
            String why = bed.done("explain", "job");
            assertTrue(why.startsWith("job is STOPPED; its next run is at 2"), why);
        }
    }

    @Test
    void runsWhenAnOperatorSaysSo() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            bed.services(job(bed, "echo run", leapDay(""))).start();

            assertEquals("job: started\n", bed.done("start", "job"));

            bed.awaitStatus("job", "EXITED");
            assertEquals("run\n", Files.readString(out(bed)));
            assertEquals(0, bed.ctl("status", "job").code());
        }
    }

    @Test
    void aFailedRunIsTriedAgainAndAStopEndsThat() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            bed.services(job(bed, "exit 3", leapDay("") + ", restart.limit.attempts = 2"))
                    .start();

            bed.ctl("start", "job");

            bed.awaitStatus("job", "FATAL");
            assertEquals(3, bed.ctl("status", "job").code());
        }
    }

    @Test
    void startingAllRunsNoneBeforeItsTime() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            bed.services(job(bed, "echo run", leapDay(""))).start();
            bed.done("stop", "all");
            assertTrue(!bed.ctl("status", "job").out().contains("next run"), "one that is stopped has no next run");

            assertEquals("job: started\n", bed.done("start", "all"));

            bed.awaitStatus("job", "STOPPED Not started, next run");
            assertTrue(!Files.exists(out(bed)), "it has run");
        }
    }

    @Test
    void aChangedConfigurationLeavesTheRunUnderWay() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            String before = job(bed, "sleep 1000", leapDay(""));
            bed.services(before).start();
            bed.done("start", "job");
            long pid = bed.pid("job");

            bed.services(before.replace("sleep 1000", "sleep 1001"));
            bed.done("reload");

            assertEquals(pid, bed.pid("job"));
            bed.services("");
            bed.done("reload");
            assertEquals("", bed.ctl("status").out());
        }
    }

    @Test
    void aRunMissedInAnEarlierBootIsMadeUpForOnce() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path stamp = bed.stateDir().resolve("schedules/job");
            Files.createDirectories(stamp.getParent());
            Files.writeString(stamp, "@daily UTC\n" + Instant.now().minus(3, ChronoUnit.DAYS) + "\n");
            bed.services(job(bed, "echo run", "schedule { cron = \"@daily\", time-zone = UTC, missed = run }"))
                    .start();

            bed.awaitStatus("job", "EXITED");
            bed.killDaemon();
            bed.start();
            bed.awaitStatus("job", "EXITED");

            assertEquals("run\n", Files.readString(out(bed)));
            List<String> seen = Files.readAllLines(stamp);
            assertEquals("@daily UTC", seen.get(0));
            Instant until = Instant.parse(seen.get(1));
            assertEquals(until.truncatedTo(ChronoUnit.DAYS), until, "a midnight");
        }
    }

    @Test
    void runsWhenItsTimeComes() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            bed.services("").start();
            // Where the next minute is never far.
            ZoneOffset zone = ZoneOffset.ofTotalSeconds(
                    54 - Instant.now().atZone(ZoneOffset.UTC).getSecond());
            bed.services(job(
                    bed,
                    "echo run; exec sleep 1000",
                    "schedule { cron = \"* * * * *\", time-zone = \"" + zone + "\" }"));
            bed.done("reload");
            bed.awaitStatus("job", "STOPPED");
            assertTrue(bed.status("job").contains(", next run "), bed.status("job"));

            await().atMost(Duration.ofSeconds(70)).until(() -> bed.status("job").contains("RUNNING"));

            assertEquals("run\n", Files.readString(out(bed)));
            assertEquals(0, Instant.now().atZone(zone).getSecond() / 10, "it began with the minute");
        }
    }
}
