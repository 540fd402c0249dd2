package io.bulkhead.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.kernel.KernelTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Secrets arrive where they belong, and nowhere else. */
@KernelTest
final class SecretsIT {
    private static final String SCRIPT = """
            sha256sum < /run/secrets/pw
            printf %s "$PASSWORD" | sha256sum
            stat -c '%n %a %u %s' /run/secrets/pw
            stat -f -c %T /run/secrets
            while read -r line; do case $line in *' /run/secrets '*) echo "mount $line";; esac; done < /proc/self/mountinfo
            echo x > /run/secrets/pw || echo refused
            echo x > /run/secrets/new || echo refused
            echo fds /proc/self/fd/*
            echo end
            exec sleep 1000
            """;

    private static Path rootfs(DaemonBed bed) throws Exception {
        Path rootfs = bed.rootfs("web", "bash", "sleep", "stat", "sha256sum");
        Files.writeString(rootfs.resolve("script"), SCRIPT);
        return rootfs;
    }

    private static void secret(DaemonBed bed, String text) throws IOException {
        Path file = bed.work.resolve("pw");
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private static String service(Path rootfs, String keys) {
        return "web { rootfs = " + rootfs + ", command = [/bin/bash, /script]\n"
                + "environment.SEEN = by-all\n"
                + "secrets { pw = pw, PASSWORD { source = pw, type = env } }\n" + keys + " }";
    }

    private static String sum(String text) throws Exception {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(digest) + "  -\n";
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "user = 12",
                "user = 12, init = true",
                "user = 12, namespaces.user = private",
                "user = 12, namespaces { user = private, net = private }, init = true",
                "user = 0",
                "user = 12, root-switch = chroot",
            })
    void theServiceAloneHasThem(String keys) throws Exception {
        String text = "secret-" + UUID.randomUUID();
        try (DaemonBed bed = new DaemonBed()) {
            secret(bed, text + "\n");
            bed.services(service(rootfs(bed), keys)).start();

            String seen = bed.awaitOutput("web", "end\n");

            String user = keys.startsWith("user = 12") ? "12" : "0";
            assertTrue(seen.startsWith(sum(text + "\n") + sum(text)), seen);
            assertTrue(seen.contains("/run/secrets/pw 400 " + user + " " + (text.length() + 1) + "\ntmpfs\n"), seen);
            assertTrue(
                    seen.lines().anyMatch(l -> l.startsWith("mount ") && l.contains(" ro,nosuid,nodev,noexec")), seen);
            assertEquals(2, seen.lines().filter("refused"::equals).count(), seen);
            // Its own script is one, and the directory that is listed.
            assertFalse(
                    seen.lines().filter(l -> l.startsWith("fds ")).anyMatch(l -> l.matches(".*/[4-9]\\b.*/[4-9]\\b.*")),
                    seen);
            assertNowhere(bed, text);
        }
    }

    private static void assertNowhere(DaemonBed bed, String text) throws IOException {
        Map<String, String> outputs = new LinkedHashMap<>();
        for (List<String> command : List.of(
                List.of("status"),
                List.of("status", "--json"),
                List.of("inspect", "web"),
                List.of("inspect", "web", "--json"),
                List.of("explain", "web"),
                List.of("explain", "web", "--json"),
                List.of("plan"),
                List.of("plan", "--json"),
                List.of("reread"),
                List.of("events"),
                List.of("events", "--json"),
                List.of("maintail"),
                List.of("check", bed.conf.toString()),
                List.of("logs", "web"))) {
            outputs.put(
                    command.toString(), bed.ctl(command.toArray(new String[0])).toString());
        }
        outputs.put("log", bed.daemonLog());
        for (String file : List.of("cmdline", "environ", "comm", "maps")) {
            outputs.put(
                    file,
                    Files.readString(
                            Path.of("/proc", Long.toString(bed.daemonPid()), file), StandardCharsets.ISO_8859_1));
        }
        try (Stream<Path> files = Files.walk(bed.work)) {
            for (Path file : files.filter(f -> Files.isRegularFile(f, LinkOption.NOFOLLOW_LINKS))
                    .filter(f -> !f.endsWith("pw") && Files.isReadable(f))
                    .toList()) {
                outputs.put(file.toString(), Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        }
        // What isn't secret is found by the same means.
        for (String where :
                List.of("[inspect, web]", "[inspect, web, --json]", bed.runDir() + "/services/web.service")) {
            assertTrue(outputs.getOrDefault(where, "").contains("SEEN=by-all"), where);
        }
        String generation = bed.stateDir() + "/generations/1.generation";
        assertTrue(outputs.getOrDefault(generation, "").contains("environment.SEEN = by-all"), generation);
        outputs.forEach((name, output) -> assertFalse(output.contains(text), name));
    }

    @Test
    void aChangedTextIsARestartAndNothingMoreIsSaid() throws Exception {
        String before = "secret-" + UUID.randomUUID();
        String after = "secret-" + UUID.randomUUID();
        try (DaemonBed bed = new DaemonBed()) {
            secret(bed, before);
            bed.services(service(rootfs(bed), "")).start();
            bed.awaitOutput("web", "end\n");
            long pid = bed.pid("web");
            secret(bed, after);

            String plan = bed.done("plan");
            bed.done("reload");

            assertTrue(plan.startsWith("~ web  (restart)\n    secrets.PASSWORD: (changed)  (restart, "), plan);
            assertTrue(plan.contains("\n    secrets.pw: (changed)  (restart, "), plan);
            assertNotEquals(pid, bed.pid("web"));
            bed.awaitOutput("web", sum(after) + sum(after));
            assertTrue(bed.done("events").contains("changed web (secrets.PASSWORD, secrets.pw)"), bed.done("events"));
            assertNowhere(bed, before);
            assertNowhere(bed, after);
        }
    }

    @Test
    void theNextDaemonKnowsThemAgain() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            secret(bed, "secret-" + UUID.randomUUID());
            bed.services(service(rootfs(bed), "")).start();
            bed.awaitStatus("web", "RUNNING");
            long pid = bed.pid("web");

            bed.killDaemon();
            bed.start();

            bed.awaitStatus("web", "RUNNING");
            assertEquals(pid, bed.pid("web"));
            assertEquals("No config updates to processes\n", bed.done("plan"));
            assertEquals(
                    "rw-------",
                    PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(bed.runDir().resolve("secrets.key"))));
        }
    }

    @Test
    void aFileThatOthersCanReadIsRefusedWhenItIsUsed() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            secret(bed, "secret-" + UUID.randomUUID());
            bed.services(service(rootfs(bed), "restart.policy = never")).start();
            bed.awaitStatus("web", "RUNNING");
            Files.setPosixFilePermissions(bed.work.resolve("pw"), PosixFilePermissions.fromString("rw-r--r--"));

            assertEquals(7, bed.ctl("restart", "web").code());
            String reload = bed.ctl("reload").toString();

            String what = "pw has mode 0644: allowed is what only its owner may use, such as 0600 or 0400";
            assertTrue(bed.status("web").contains("secrets.PASSWORD: "), bed.status("web"));
            assertTrue(bed.status("web").contains(what.substring(3)), bed.status("web"));
            assertTrue(reload.contains("services.web.secrets.pw: "), reload);
            assertTrue(reload.contains(what), reload);
        }
    }
}
