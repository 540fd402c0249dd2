package io.bulkhead.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.kernel.KernelTest;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What a service has mounted, and how it sees its root. */
@KernelTest
final class MountsIT {
    private static Path rootfs(DaemonBed bed, String script) throws Exception {
        Path rootfs = bed.rootfs("web", "bash", "sleep", "mkdir", "cat", "ls", "stat", "rm");
        Files.writeString(rootfs.resolve("script"), script + "\necho end\nexec sleep 1000\n");
        return rootfs;
    }

    private static String run(DaemonBed bed, String rootfs, String keys) throws Exception {
        bed.services("web { rootfs " + rootfs + "\n command = [/bin/bash, /script]\n" + keys + "\n}")
                .start();
        return bed.awaitOutput("web", "end\n");
    }

    @Test
    void filesAndDirectoriesOfTheHostAppear() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path data = Files.createDirectories(bed.conf.resolveSibling("data"));
            Files.writeString(data.resolve("file"), "from the host\n");
            Path rootfs = rootfs(bed, """
                    cat /deep/data/file /one
                    echo x > /deep/data/new && echo written
                    echo x > /locked/new || echo refused
                    stat -f -c %T /mem /dev/shm
                    stat -c %a /mem
                    """);

            String seen = run(bed, "= " + rootfs, """
                    mounts = [{ source = data, target = /deep/data }
                              { source = data/file, target = /one, readonly = true }
                              { source = data, target = /locked, readonly = true }
                              { type = tmpfs, target = /mem, size = 64 KiB, mode = "0700" }
                              { type = tmpfs, target = /dev/shm, size = 64 KiB }]
                    """);

            assertTrue(seen.startsWith("from the host\nfrom the host\nwritten\n"), seen);
            assertTrue(seen.contains("refused\ntmpfs\ntmpfs\n700\n"), seen);
            assertTrue(Files.exists(data.resolve("new")));
        }
    }

    @Test
    void programsAndAccountsAreFoundInWhatIsMounted() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path tools = Files.createDirectories(bed.conf.resolveSibling("tools"));
            Path script = Files.writeString(tools.resolve("greet.sh"), """
                    #!/bin/bash
                    echo $0 by $EUID, $USER of $HOME
                    echo end
                    exec sleep 1000
                    """);
            assertTrue(script.toFile().setExecutable(true, false));
            Files.createSymbolicLink(tools.resolve("greet"), Path.of("/opt/tools/greet.sh"));
            Path accounts = Files.writeString(
                    bed.conf.resolveSibling("accounts"), "guest:x:61234:61234::/opt/tools:/bin/bash\n");
            Path rootfs = bed.rootfs("web", "bash", "sleep");

            bed.services("web { rootfs = " + rootfs + """

                    command = [greet], user = guest, environment.PATH = "/opt/tools:/usr/bin:/bin"
                    mounts = [{ source = tools, target = /opt/tools, readonly = true }
                              { source = %s, target = /etc/passwd, readonly = true }]
                    }""".formatted(accounts)).start();

            String seen = bed.awaitOutput("web", "end\n");
            assertTrue(seen.startsWith("/opt/tools/greet by 61234, guest of /opt/tools\n"), seen);
        }
    }

    @Test
    void readOnlyHoldsInWhatIsMountedBelow() throws Exception {
        try (DaemonBed bed = new DaemonBed();
                HostMount below = HostMount.tmpfs(Files.createDirectories(bed.conf.resolveSibling("data/below")))) {
            Path rootfs = rootfs(bed, """
                    echo x > /all/below/x || echo refused
                    ls /top/below
                    """);

            String seen = run(bed, "= " + rootfs, """
                    mounts = [{ source = data, target = /all, readonly = true }
                              { source = data, target = /top, recursive = false }]
                    """);

            assertTrue(seen.contains("refused\nend\n"), seen);
            assertFalse(Files.exists(below.directory().resolve("x")));
        }
    }

    @Test
    void aReadOnlyRootIsNotWritten() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = rootfs(bed, """
                    echo x > /x || echo refused
                    echo x > /tmp/x && echo x > /dev/null && echo written
                    """);

            String seen = run(
                    bed, "{ path = " + rootfs + ", readonly = true }", "mounts = [{ type = tmpfs, target = /tmp }]");

            assertTrue(seen.contains("refused\nwritten\n"), seen);
        }
    }

    @Test
    void aLayerIsThrownAwayOrKept() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = rootfs(bed, """
                    [ -e /new ] && echo there || echo fresh
                    echo x > /new; rm /lower; ls -d /lower || echo gone
                    """);
            Files.writeString(rootfs.resolve("lower"), "");
            Path kept = bed.conf.resolveSibling("a:b,kept");
            bed.services("memory { rootfs { path = " + rootfs + ", overlay { size = 1 MiB } }\n"
                            + "command = [/bin/bash, /script] }\n"
                            + "kept { rootfs { path = " + rootfs + ", overlay { keep = \"" + kept + "\" } }\n"
                            + "command = [/bin/bash, /script] }\n")
                    .start();
            assertTrue(bed.awaitOutput("memory", "end\n").startsWith("fresh\n"));
            assertTrue(bed.awaitOutput("kept", "end\n").startsWith("fresh\n"));

            bed.done("restart", "memory", "kept");

            String memory = bed.awaitOutput("memory", "end\nfresh\n");
            String second = bed.awaitOutput("kept", "end\nthere\n");
            assertTrue(memory.contains("gone\n"), memory);
            assertTrue(second.contains("gone\n"), second);
            assertTrue(Files.exists(rootfs.resolve("lower")));
            assertFalse(Files.exists(rootfs.resolve("new")));
            assertTrue(Files.exists(kept.resolve("upper/new")));
        }
    }

    @Test
    void whatIsMissingIsNamed() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("web", "sleep");
            bed.services("web { rootfs = " + rootfs + ", command = [/bin/sleep, 1000], autostart = false\n"
                            + "restart.policy = never, mounts = [{ source = /nosuch/data, target = /data }] }")
                    .start();

            assertEquals(7, bed.ctl("start", "web").code());
            assertTrue(
                    bed.status("web").contains("open_tree /nosuch/data: ENOENT (No such file or directory)"),
                    bed.status("web"));
        }
    }
}
