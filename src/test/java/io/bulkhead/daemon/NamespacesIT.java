package io.bulkhead.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.kernel.KernelTest;
import io.bulkhead.libc.Linux;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Namespaces that are asked for by key, beyond those everybody has. */
@KernelTest
final class NamespacesIT {
    private final Linux linux = Linux.get();

    private static String namespace(String process, String kind) throws Exception {
        return Files.readSymbolicLink(Path.of("/proc", process, "ns", kind)).toString();
    }

    /** Both live while they are compared, so a number stands for one namespace. */
    private static String ofService(DaemonBed bed, String kind) throws Exception {
        return namespace(Long.toString(bed.pid("web")), kind);
    }

    private static DaemonBed service(DaemonBed bed, String keys, String script) throws Exception {
        Path rootfs = bed.rootfs("web", "bash", "sleep", "cat");
        Files.writeString(rootfs.resolve("script"), script + "\necho end\nexec sleep 1000\n");
        return bed.services("web { rootfs = " + rootfs + "\n command = [/bin/bash, /script]\n" + keys + "\n}");
    }

    /** A kernel without them says so at once, which is all that can be seen there. */
    private static void assumeClocks(DaemonBed bed) {
        String status = bed.status("web");
        Assumptions.assumeFalse(status.contains("private clocks need"), () -> "SKIPPED: " + status);
    }

    @Test
    void clocksArePrivateFromTheFirstInstructionOn() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            service(
                            bed,
                            "namespaces.time = private, time { boottime = 100 d, monotonic = 1 h }",
                            "cat /proc/uptime /proc/self/timens_offsets")
                    .start();
            assumeClocks(bed);

            String seen = bed.awaitOutput("web", "end\n");

            double uptime = Double.parseDouble(seen.substring(0, seen.indexOf(' ')));
            double host =
                    Double.parseDouble(Files.readString(Path.of("/proc/uptime")).split(" ", 2)[0]);
            assertEquals(host + 100 * 86_400, uptime, 60, seen);
            assertTrue(seen.matches("(?s).*monotonic +3600 +0\\nboottime +8640000 +0\\n.*"), seen);
            bed.awaitStatus("web", "RUNNING");
            assertNotEquals(namespace("self", "time"), ofService(bed, "time"));
            assertTrue(bed.done("inspect", "web").contains("namespaces.time"), bed.done("inspect", "web"));
        }
    }

    @Test
    void clocksCannotBeSetToBeforeTheirZero() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            service(bed, "namespaces.time = private, time.boottime = -365 d, restart.policy = never", "")
                    .start();
            assumeClocks(bed);

            bed.awaitStatus("web", "FATAL");

            assertTrue(bed.status("web").contains("to /proc/self/timens_offsets (time): ERANGE"), bed.status("web"));
        }
    }

    @Test
    void aNetworkThatSomebodyElseMadeIsEntered() throws Exception {
        int network = linux.namespaces().newNetwork();
        try (DaemonBed bed = new DaemonBed()) {
            Path path = Path.of("/proc", Long.toString(ProcessHandle.current().pid()), "fd", Integer.toString(network));
            service(bed, "namespaces.net.path = " + path, "").start();
            bed.awaitStatus("web", "RUNNING");

            assertEquals(Files.readSymbolicLink(path).toString(), ofService(bed, "net"));
            assertTrue(bed.done("inspect", "web").contains(path.toString()), bed.done("inspect", "web"));
        } finally {
            linux.close(network);
        }
    }

    @Test
    void aNetworkThatIsNoneIsRefusedAtItsPlace() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            service(bed, "", "").start();
            bed.awaitStatus("web", "RUNNING");
            long pid = bed.pid("web");

            service(bed, "namespaces.net.path = /run/netns/nosuch", "");
            String missing = bed.ctl("reload").err();
            service(bed, "namespaces.net.path = /proc/self/ns/uts", "");
            String other = bed.ctl("reload").err();
            service(bed, "namespaces.net.path = /dev/null", "");
            String none = bed.ctl("reload").err();

            String place = bed.conf + ":10: services.web.namespaces.net.path: ";
            assertTrue(missing.contains(place + "open /run/netns/nosuch: ENOENT"), missing);
            assertTrue(
                    other.contains(place + "ioctl NS_GET_NSTYPE /proc/self/ns/uts (a network namespace): EINVAL"),
                    other);
            assertTrue(none.contains("ioctl NS_GET_NSTYPE /dev/null (a network namespace): ENOTTY"), none);
            assertEquals(pid, bed.pid("web"));
        }
    }
}
