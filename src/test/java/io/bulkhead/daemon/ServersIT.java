package io.bulkhead.daemon;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.kernel.KernelTest;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Servers of Debian's packages, each in a root of its own, asked by real clients. */
@KernelTest
final class ServersIT {
    private static final String ACCOUNTS = "root:x:0:0::/:/bin/sh\nwww-data:x:33:33::/var/www:/bin/false\n";
    private static final String NGINX = """
            user www-data;
            worker_processes 1;
            daemon off;
            pid /run/nginx.pid;
            error_log /dev/stderr notice;
            events { worker_connections 64; }
            http {
              access_log /dev/stdout;
              client_body_temp_path /tmp/body; proxy_temp_path /tmp/proxy; fastcgi_temp_path /tmp/fastcgi;
              uwsgi_temp_path /tmp/uwsgi; scgi_temp_path /tmp/scgi;
              server { listen 127.0.0.1:%d; root /srv; }
            }
            """;

    @Test
    void nginxAnswersAndComesBack() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            int port = freePort();
            Path rootfs = bed.rootfs("nginx", "/usr/sbin/nginx");
            for (String directory : List.of("etc/nginx", "run", "tmp", "srv", "var/log/nginx", "var/lib/nginx")) {
                Files.createDirectories(rootfs.resolve(directory));
            }
            Files.setPosixFilePermissions(rootfs, PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.writeString(rootfs.resolve("etc/passwd"), ACCOUNTS);
            Files.writeString(rootfs.resolve("etc/group"), "root:x:0:\nwww-data:x:33:\n");
            Files.writeString(rootfs.resolve("etc/nginx/nginx.conf"), NGINX.formatted(port));
            Files.writeString(rootfs.resolve("srv/index.html"), "hello from inside\n");
            bed.services("web { rootfs = " + rootfs + ", command = [/usr/sbin/nginx]\n"
                            + "cpu.limit = 50%, memory.max = 64 MiB, pids.max = 16\n"
                            + "stop { signal = QUIT, timeout = 5 s }, restart.backoff.initial = 10 ms }")
                    .start();

            awaitPage(port);
            long pid = bed.pid("web");
            assertTrue(bed.processes().size() >= 2, "a master and a worker");
            DaemonBed.signal("KILL", pid);
            await().atMost(DaemonBed.PATIENCE).until(() -> bed.pid("web") != pid && bed.pid("web") != 0);
            awaitPage(port);
            bed.awaitOutput("web", "GET / HTTP");

            bed.services("");
            assertEquals("- web\n", bed.done("reload"));
            assertEquals(List.of(), bed.processes());
            assertEquals(List.of(), bed.groups("web"));
        }
    }

    private static void awaitPage(int port) {
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
                .build();
        await().atMost(DaemonBed.PATIENCE)
                .ignoreException(ConnectException.class)
                .until(() -> client.send(request, HttpResponse.BodyHandlers.ofString())
                        .body()
                        .equals("hello from inside\n"));
    }

    @Test
    void redisKeepsWhatItWasToldAcrossAKill() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            int port = freePort();
            Path rootfs = bed.rootfs("redis", "/usr/bin/redis-server");
            Path data = Files.createDirectories(rootfs.resolve("data"));
            Files.createDirectories(rootfs.resolve("tmp"));
            Files.createDirectories(rootfs.resolve("etc"));
            Files.writeString(rootfs.resolve("etc/passwd"), "redis:x:999:999::/data:/bin/false\n");
            Files.writeString(rootfs.resolve("etc/group"), "redis:x:999:\n");
            Files.setAttribute(data, "unix:uid", 999);
            bed.services("cache { rootfs = " + rootfs + "\ncommand = [/usr/bin/redis-server, --port, " + port
                            + ", --bind, 127.0.0.1, --dir, /data, --appendonly, yes, --appendfsync, always]\n"
                            + "user = redis, workdir = /data, memory.max = 128 MiB, pids.max = 32\n"
                            + "restart.backoff.initial = 10 ms }")
                    .start();

            await().atMost(DaemonBed.PATIENCE).until(() -> ask(port, "PING").equals("+PONG"));
            assertEquals("+OK", ask(port, "SET answer 42"));
            long pid = bed.pid("cache");
            assertEquals(999, (int) Files.getAttribute(Path.of("/proc/" + pid), "unix:uid"));
            DaemonBed.signal("KILL", pid);
            await().atMost(DaemonBed.PATIENCE)
                    .until(() -> ask(port, "GET answer").equals("42"));
            assertTrue(bed.pid("cache") != pid);

            assertEquals("cache: stopped\n", bed.done("stop", "cache"));
            bed.awaitOutput("cache", "bye bye");
            bed.services("");
            assertEquals("- cache\n", bed.done("reload"));
            assertEquals(List.of(), bed.groups("cache"));
        }
    }

    /** An inline command of redis' protocol; of a bulk answer the text. Empty where nobody answers, or not yet. */
    private static String ask(int port, String command) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write((command + "\r\nQUIT\r\n").getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            List<String> lines = new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .toList();
            return lines.get(0).startsWith("$") ? lines.get(1) : lines.get(0);
        } catch (IOException e) {
            return "";
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
