package io.bulkhead.daemon;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.kernel.KernelTest;
import io.bulkhead.notify.NotifySocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who may tell the daemon what, and what it tells systemd. */
@KernelTest
final class ControlIT {
    private static String curlAsNobody(DaemonBed bed, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                "setpriv",
                "--reuid=65534",
                "--regid=65534",
                "--clear-groups",
                "curl",
                "-s",
                "-w",
                "%{http_code}",
                "--unix-socket",
                bed.runDir().resolve("supervisord.sock").toString()));
        command.addAll(List.of(arguments));
        Process curl = new ProcessBuilder(command).redirectErrorStream(true).start();
        return new String(curl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void strangersMayLookAtMost() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Files.setPosixFilePermissions(bed.work, PosixFilePermissions.fromString("rwxr-xr-x"));
            bed.settings("control.mode = \"0666\"").services("").start();

            assertEquals("{\"services\":[],\"errors\":[]}\n200", curlAsNobody(bed, "http://x/v1/status"));
            String refusal = curlAsNobody(bed, "-X", "POST", "http://x/v1/shutdown");
            assertTrue(refusal.endsWith("403"), refusal);
            assertTrue(refusal.contains("only root and members of group root may change anything"), refusal);
            bed.done("version");
        }
        try (DaemonBed bed = new DaemonBed()) {
            Files.setPosixFilePermissions(bed.work, PosixFilePermissions.fromString("rwxr-xr-x"));
            bed.services("").start();
            // The default mode lets no stranger connect at all.
            assertEquals("000", curlAsNobody(bed, "http://x/v1/status"));
        }
    }

    @Test
    void systemdIsToldOfEveryStep() throws Exception {
        try (DaemonBed bed = new DaemonBed();
                NotifySocket systemd =
                        new NotifySocket(bed.work.resolve("notify").toString())) {
            Path rootfs = bed.rootfs("sleep", "sleep");
            bed.services("web { rootfs = " + rootfs + ", command = [/bin/sleep, 1000] }");
            bed.environment("NOTIFY_SOCKET", bed.work.resolve("notify").toString())
                    .environment("WATCHDOG_USEC", "200000")
                    .start();
            List<String> told = new ArrayList<>();

            await().atMost(DaemonBed.PATIENCE)
                    .until(() -> told.addAll(systemd.messages()) && told.contains("WATCHDOG=1"));
            assertEquals("READY=1\nSTATUS=1 services", told.get(0));
            told.clear();
            bed.done("reload");
            bed.signalDaemon("HUP");
            await().atMost(DaemonBed.PATIENCE)
                    .until(() -> told.addAll(systemd.messages())
                            && told.stream()
                                            .filter(m -> m.startsWith("READY=1"))
                                            .count()
                                    == 2);
            assertEquals(
                    2,
                    told.stream()
                            .filter(m -> m.matches("RELOADING=1\nMONOTONIC_USEC=[0-9]+"))
                            .count());
            bed.endDaemon();
            assertTrue(systemd.messages().contains("STOPPING=1"));
        }
    }
}
