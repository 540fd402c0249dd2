package io.bulkhead.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.daemon.HostileBed.Mode;
import io.bulkhead.kernel.KernelTest;
import io.bulkhead.libc.Linux;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Processes that do all they can to get out, or to take the host down with them. */
@KernelTest
final class HostileProcessIT {
    private static final int PTRACE = Linux.isAarch64() ? 117 : 101;

    /** CVE-2019-5736: the program that runs as a service's process 1 belongs to no file of the host, and is sealed. */
    @ParameterizedTest
    @EnumSource
    void whatRunsAsProcessOneCannotBeWritten(Mode mode) throws Exception {
        try (HostileBed hostile = new HostileBed(mode)) {
            hostile.attack(hostile.rootfs("evil"), "init = true", """
                    perl -e 'for my $how ("+<", ">>", ">") {
                      if (open(my $f, $how, "/proc/1/exe") && defined(syswrite($f, "x"))) { print "written\\n" }
                      else { print "refused\\n" } }'
                    """);

            assertEquals("refused\nrefused\nrefused\nend\n", hostile.told());
            hostile.bed.done("restart", "evil");
        }
    }

    /** With CAP_SYS_CHROOT, which it has, a process can leave a chroot; above the service's root is nothing. */
    @ParameterizedTest
    @EnumSource
    void nestedChrootsLeadNowhere(Mode mode) throws Exception {
        try (HostileBed hostile = new HostileBed(mode)) {
            hostile.attack(hostile.rootfs("evil"), "", """
                    perl -e 'mkdir "/x"; chroot("/x") or print "no chroot\\n"; chdir("..") for 1..100; chroot(".");
                      print -e "/attack" ? "at home\\n" : "elsewhere\\n"; print -e "%s" ? "out\\n" : "in\\n";'
                    """.formatted(hostile.bed.work));

            assertEquals("at home\nin\nend\n", hostile.told());
        }
    }

    @ParameterizedTest
    @EnumSource
    void nothingIsMountedFromInside(Mode mode) throws Exception {
        try (HostileBed hostile = new HostileBed(mode)) {
            hostile.attack(hostile.rootfs("evil"), "", """
                    mkdir /mnt
                    for type in proc sysfs tmpfs cgroup cgroup2 devtmpfs securityfs; do
                      mount -t $type none /mnt 2> /dev/zero && echo mounted $type
                    done
                    mount --bind /proc /mnt 2> /dev/zero && echo bound
                    mount -o remount,rw /proc/sys 2> /dev/zero && echo writable
                    unshare -Urm mount -t tmpfs none /mnt 2> /dev/zero && echo mounted in a namespace
                    """);

            assertEquals("end\n", hostile.told());
        }
    }

    @ParameterizedTest
    @EnumSource
    void nobodyOutsideIsTracedOrSignalled(Mode mode) throws Exception {
        try (HostileBed hostile = new HostileBed(mode)) {
            hostile.attack(hostile.rootfs("evil"), "capabilities.add = [SYS_PTRACE, KILL]", """
                    read -r -t 1 x <> <(:)
                    ls -d /proc/[0-9]* > /pids; [ $(cat /pids | wc -l) -lt 6 ] && echo alone
                    perl -e 'for my $pid (2000000..2000010, 300..40000) {
                      print "traced $pid\\n" if syscall(%d, 16, $pid, 0, 0) == 0;
                      print "reached $pid\\n" if kill(0, $pid); }'
                    """.formatted(PTRACE));

            assertEquals("alone\nend\n", hostile.told());
            assertTrue(hostile.witness() > 0);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aForkBombStaysInside(Mode mode) throws Exception {
        try (HostileBed hostile = new HostileBed(mode)) {
            hostile.attack(
                    hostile.rootfs("evil"),
                    hostile.limit("pids.max = 20", "rlimits.nproc = 20"),
                    "bomb() { bomb | bomb & }; bomb; while :; do sleep 1; done");

            hostile.bed.awaitOutput("evil", "fork: ");
            hostile.assertUnharmed();
            hostile.bed.done("stop", "evil");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aMemoryBombStaysInside(Mode mode) throws Exception {
        try (HostileBed hostile = new HostileBed(mode)) {
            hostile.attack(
                    hostile.rootfs("evil"),
                    hostile.limit("memory.max = 32 MiB", "rlimits.as = 64 MiB") + ", restart.policy = never",
                    "exec perl -e 'my @all; push @all, \"x\" x 1048576 while 1;'");

            hostile.bed.awaitStatus("evil", "EXITED");
            hostile.assertUnharmed();
        }
    }

    /** Files without content cost memory, too; and output must fill neither the disk nor the daemon. */
    @ParameterizedTest
    @EnumSource
    void floodsOfFilesAndOutputEnd(Mode mode) throws Exception {
        try (HostileBed hostile = new HostileBed(mode)) {
            Path rootfs = hostile.rootfs("evil");
            hostile.attack(
                    rootfs,
                    "mounts = [{ type = tmpfs, target = /flood, size = 16 MiB }], log { max-size = 256 KiB, backups = 1 }",
                    """
                    perl -e 'my $n = 0; while ($n < 100000 && open(my $f, ">", "/flood/$n")) { $n++ } print $n' > /files
                    perl -e 'print "flood flood flood flood flood $_\\n" for 1..300000; print "over\\n"'
                    """);

            assertTrue(hostile.told().contains("over\nend\n"));
            // One for each page of the size; the top directory is the first.
            assertEquals("4095", Files.readString(rootfs.resolve("files")));
            long bytes = 0;
            try (Stream<Path> logs = Files.list(hostile.bed.logDir())) {
                for (Path log : logs.filter(
                                file -> file.getFileName().toString().startsWith("evil."))
                        .toList()) {
                    bytes += Files.size(log);
                }
            }
            assertTrue(bytes < 2 << 20, bytes + " bytes of logs");
            hostile.bed.done("stop", "evil");
        }
    }

    @ParameterizedTest
    @EnumSource
    void setuidBinariesGiveNothing(Mode mode) throws Exception {
        try (HostileBed hostile = new HostileBed(mode)) {
            Path rootfs = hostile.rootfs("evil");
            Path suid = Files.copy(rootfs.resolve("usr/bin/id"), rootfs.resolve("suid"));
            hostile.attack(
                    rootfs,
                    hostile.limit("user = \"1000\"", ""),
                    "/suid -u; cp /usr/bin/id /made; chmod 4755 /made; while read -r k v; do [ $k = NoNewPrivs: ] && echo $k $v; done < /proc/self/status");
            // After the daemon's start: what is handed to a user loses the bit.
            new ProcessBuilder("chmod", "4755", suid.toString())
                    .inheritIO()
                    .start()
                    .waitFor();
            hostile.bed.done("restart", "evil");

            String told = hostile.told();
            assertTrue(told.contains("NoNewPrivs: 1\n"), told);
            if (mode == Mode.ROOTLESS) {
                // Whose setuid file it is on the host: the user's, who gains nothing by it.
                assertEquals(Delegation.USER, Files.getAttribute(rootfs.resolve("made"), "unix:uid"));
            } else {
                assertTrue(hostile.bed.awaitOutput("evil", "end\n1000\n").contains("1000\n"), told);
                assertFalse(hostile.told().contains("\n0\n"), told);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoeverStopsAndKillsAllItSeesIsAlone(Mode mode) throws Exception {
        try (HostileBed hostile = new HostileBed(mode)) {
            hostile.attack(hostile.rootfs("evil"), "stop.timeout = 500 ms", """
                    [ $$ = 1 ] || exit # were it not alone, it would be the host that is stopped
                    sleep 1000 & sleep 1000 &
                    perl -e 'kill "STOP", -1; kill "KILL", 2..200, -1; kill "STOP", 1;'
                    for file in /sys/fs/cgroup/cgroup.freeze /sys/fs/cgroup/cgroup.kill /sys/fs/cgroup/unified/cgroup.kill; do
                      echo 1 2> /dev/zero > $file && echo written $file
                    done
                    sleep 1000 & kill -STOP $!
                    """);

            String told = hostile.told();
            assertFalse(told.contains("written"), told);
            hostile.assertUnharmed();
            hostile.bed.done("stop", "evil");
        }
    }
}
