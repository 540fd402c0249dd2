package io.bulkhead.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.daemon.HostileBed.Mode;
import io.bulkhead.kernel.KernelTest;
import io.bulkhead.kernel.RunningKernel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Root file systems that were laid out to lead a launch astray: what has gone wrong elsewhere, once each. */
@KernelTest
final class HostileRootfsIT {
    private static boolean isEmpty(Path directory) throws Exception {
        try (Stream<Path> files = Files.list(directory)) {
            return files.findAny().isEmpty();
        }
    }

    private static void replace(Path path, Path target) throws Exception {
        Files.deleteIfExists(path);
        Files.createSymbolicLink(path, target);
    }

    /** CVE-2019-16884, CVE-2019-19921: the kernel's file systems would be mounted elsewhere, and what is masked would not be. */
    @ParameterizedTest
    @EnumSource
    void linksInThePlaceOfProcSysAndDevAreRefused(Mode mode) throws Exception {
        try (HostileBed hostile = new HostileBed(mode)) {
            Path victim = Files.createDirectories(hostile.bed.work.resolve("victim"));
            StringBuilder services = new StringBuilder();
            for (String name : List.of("proc", "sys", "dev")) {
                Path rootfs = hostile.bed.rootfs(name, "bash");
                Files.createDirectories(rootfs.resolve(victim.toString().substring(1)));
                replace(rootfs.resolve(name), victim);
                services.append(hostile.service(name, rootfs, "restart.policy = never, autostart = false"));
            }
            hostile.start(services.toString());

            for (String name : List.of("proc", "sys", "dev")) {
                assertEquals(7, hostile.bed.ctl("start", name).code());
                String status = hostile.bed.status(name);
                assertTrue(
                        status.contains("openat2 /" + name + " (a directory in the rootfs, no symbolic link): ENOTDIR"),
                        status);
            }
            assertTrue(isEmpty(victim));
        }
    }

    /** CVE-2021-30465: a target that leads out of the root, by links at its end or on the way, leads back into it. */
    @ParameterizedTest
    @EnumSource
    void mountTargetsStayInTheRoot(Mode mode) throws Exception {
        try (HostileBed hostile = new HostileBed(mode)) {
            Path victim = Files.createDirectories(hostile.bed.work.resolve("victim"));
            Path rootfs = hostile.rootfs("evil");
            String inside = victim.toString().substring(1);
            Files.createDirectories(rootfs.resolve(inside));
            replace(rootfs.resolve("end"), victim);
            replace(rootfs.resolve("way"), Path.of("../../../../../.." + victim.getParent()));

            hostile.attack(
                    rootfs,
                    "mounts = [{ type = tmpfs, target = /end, size = 4 KiB }, { type = tmpfs, target = /way/made, size = 4 KiB }]",
                    "echo x > /end/x && echo x > /way/made/y && ls " + victim + " " + victim.getParent());

            String told = hostile.told();
            assertTrue(told.contains(":\nx\n") || told.contains("x\n"), told);
            assertTrue(isEmpty(victim));
            assertFalse(Files.exists(hostile.bed.work.resolve("made")));
            assertFalse(Files.exists(rootfs.resolve(inside).resolve("x")), "it is in the tmpfs");
        }
    }

    /** Links where the daemon writes what a service says. */
    @ParameterizedTest
    @EnumSource
    void logsAreWrittenThroughNoLink(Mode mode) throws Exception {
        try (HostileBed hostile = new HostileBed(mode)) {
            Path victim = Files.writeString(hostile.bed.work.resolve("victim"), "untouched");
            Files.createDirectories(hostile.bed.logDir());
            Files.createSymbolicLink(hostile.bed.logDir().resolve("evil.stdout.log"), victim);
            Path fifos = Files.createDirectories(hostile.bed.runDir().resolve("fifo"));
            Files.createSymbolicLink(fifos.resolve("evil.stdout"), victim);

            hostile.attack(
                    hostile.rootfs("evil"),
                    "restart.policy = never",
                    "echo overwritten; rm /dev/stdout; ln -s /attack /dev/stdout");
            hostile.bed.awaitLog("service=evil");

            assertEquals("untouched", Files.readString(victim));
        }
    }

    /**
     * CVE-2025-31133, CVE-2025-52565: what lies at /dev/null, /dev/console and /dev/pts of the rootfs, or comes to lie there,
     * is neither mounted over anything nor written to.
     */
    @ParameterizedTest
    @EnumSource
    void masksDoNotDependOnTheDevOfTheRootfs(Mode mode) throws Exception {
        try (HostileBed hostile = new HostileBed(mode)) {
            Path rootfs = hostile.rootfs("evil");
            Path dev = Files.createDirectories(rootfs.resolve("dev"));
            replace(dev.resolve("null"), Path.of("/proc/sys/kernel/core_pattern"));
            replace(dev.resolve("console"), Path.of("/proc/sysrq-trigger"));
            replace(dev.resolve("pts"), Path.of("/proc/sys"));

            hostile.attack(rootfs, "", """
                    echo kcore $(cat /proc/kcore 2> /dev/zero | wc -c) keys $(cat /proc/keys | wc -c)
                    echo '|/attack' 2>/dev/zero >/proc/sys/kernel/core_pattern || echo refused
                    echo x 2>/dev/zero >/proc/sysrq-trigger || echo refused
                    [ -c /dev/null ] && [ -d /dev/pts ] && [ ! -e /dev/pts/kernel ] && echo own
                    rm -f /dev/null; ln -s /proc/sys/kernel/core_pattern /dev/null
                    echo '|/attack' > /dev/null
                    """);

            String told = hostile.told();
            assertTrue(told.startsWith("kcore 0 keys 0\n"), told);
            assertEquals(2, told.split("\nrefused", -1).length - 1, told);
            assertTrue(told.contains("\nown\n"), told);
            hostile.bed.done("restart", "evil");
        }
    }

    /** CVE-2025-52881: what is written to /proc for a service goes to the kernel, whatever the rootfs has there. */
    @ParameterizedTest
    @EnumSource
    void nothingIsWrittenToAProcOfTheRootfs(Mode mode) throws Exception {
        try (HostileBed hostile = new HostileBed(mode)) {
            Path rootfs = hostile.rootfs("evil");
            boolean clocks = RunningKernel.isAtLeast(6, 3);
            Path attr = Files.createDirectories(rootfs.resolve("proc/self/attr"));
            Path kernel = Files.createDirectories(rootfs.resolve("proc/sys/kernel"));
            List<Path> fakes = List.of(
                    Files.writeString(attr.resolve("exec"), "fake"),
                    Files.writeString(attr.resolveSibling("oom_score_adj"), "fake"),
                    Files.writeString(attr.resolveSibling("timens_offsets"), "fake"),
                    Files.writeString(kernel.resolve("core_pattern"), "fake"));

            hostile.attack(
                    rootfs,
                    "oom-score-adjust = 100" + (clocks ? ", namespaces.time = private, time.boottime = 1 d" : ""),
                    "cat /proc/self/oom_score_adj /proc/self/timens_offsets");

            String told = hostile.told();
            assertTrue(told.startsWith("100\n") && told.contains("86400") == clocks, told);
            for (Path fake : fakes) {
                assertEquals("fake", Files.readString(fake), fake::toString);
            }
        }
    }

    /** CVE-2024-21626: no descriptor of the host is left open, nor can be the working directory. */
    @ParameterizedTest
    @EnumSource
    void noDescriptorLeadsOut(Mode mode) throws Exception {
        try (HostileBed hostile = new HostileBed(mode)) {
            Path rootfs = hostile.rootfs("evil");
            hostile.attack(rootfs, "init = true", """
                    ls /proc/$$/fd > /fds; echo fds $(cat /fds)
                    ls /proc/1/fd > /fds; echo of 1 $(cat /fds)
                    for n in {3..254}; do cd /proc/self/fd/$n 2> /dev/zero && echo leaked $n; done
                    [ -e /proc/self/cwd/attack ] && echo at home
                    """);

            String told = hostile.told();
            assertTrue(told.startsWith("fds 0 1 2 255\nof 1 0 1 2\nat home\n"), told);

            StringBuilder services = new StringBuilder();
            List<Integer> numbers = List.of(3, 4, 5, 6, 7, 8, 20);
            for (int number : numbers) {
                services.append(hostile.service(
                        "fd" + number,
                        rootfs,
                        "workdir = /proc/self/fd/" + number + ", autostart = false, restart.policy = never"));
            }
            hostile.bed.services(services + hostile.service("witness", hostile.bed.work.resolve("rootfs/witness"), ""));
            hostile.bed.done("reload");
            for (int number : numbers) {
                assertEquals(7, hostile.bed.ctl("start", "fd" + number).code());
                String status = hostile.bed.status("fd" + number);
                assertTrue(status.contains("chdir /proc/self/fd/" + number + ": ENOENT"), status);
            }
        }
    }
}
