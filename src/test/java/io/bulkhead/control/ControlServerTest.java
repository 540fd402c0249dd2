package io.bulkhead.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ControlServerTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private static String request(String method, String target, String body) {
        return method + " " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: " + body.length()
                + "\r\n\r\n" + body;
    }

    @Test
    void answersInJson() throws Exception {
        try (ControlBed bed = new ControlBed(directory)) {
            String answer = bed.exchange(request("GET", "/v1/status", ""));

            assertTrue(answer.startsWith("HTTP/1.1 200 OK\r\n"), answer);
            assertTrue(answer.contains("Content-Type: application/json\r\n"), answer);
            assertTrue(answer.contains("\"name\":\"web\""), answer);
            assertFalse(answer.contains("Server:"), answer);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET    | /v1/nosuch             |          | 404",
                "GET    | /                      |          | 404",
                "GET    | /v2/status             |          | 404",
                "GET    | /v1/start              |          | 404",
                "POST   | /v1/nosuch             |          | 404",
                "DELETE | /v1/status             |          | 405",
                "POST   | /v1/start              | {        | 400",
                "POST   | /v1/start              | []       | 400",
                "POST   | /v1/start              | {\"names\":5} | 400",
                "POST   | /v1/signal             | {\"names\":[\"web\"],\"signal\":\"NO\"} | 400",
                "GET    | /v1/logs/nosuch/stdout |          | 404",
                "GET    | /v1/logs/../stdout     |          | 404",
                "POST   | /v1/start              | {\"names\":[\"idle\"]} | 200",
            })
    void refusesWhatMakesNoSense(String method, String target, String body, int status) throws Exception {
        try (ControlBed bed = new ControlBed(directory)) {
            String answer = bed.exchange(request(method, target, body == null ? "" : body));

            assertTrue(answer.startsWith("HTTP/1.1 " + status + " "), answer);
            assertFalse(answer.contains("Exception"), answer);
        }
    }

    @Test
    void refusesWhatIsTooLong() throws Exception {
        try (ControlBed bed = new ControlBed(directory)) {
            String head = bed.exchange("GET /v1/" + "x".repeat(100_000) + " HTTP/1.1\r\nHost: x\r\n\r\n");
            String body = bed.exchange(request("POST", "/v1/start", " ".repeat((1 << 20) + 1)));

            assertTrue(head.matches("(?s)HTTP/1.1 4[0-9][0-9] .*"), head);
            assertTrue(body.startsWith("HTTP/1.1 413 "), body);
        }
    }

    @Test
    void theSocketIsForThoseItIsMeantFor() throws Exception {
        try (ControlBed bed = new ControlBed(directory)) {
            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(bed.socket)));
        }
        assertFalse(Files.exists(directory.resolve("control.sock")));
    }

    @Test
    void aGroupThatIsMissingLeavesTheSocketToItsMaker() throws Exception {
        Path socket = directory.resolve("other.sock");
        try (ControlServer server = new ControlServer(
                new FakeOperations(directory.resolve("log")), socket, 0660, "nosuchgroup", Optional.empty())) {
            server.start();

            assertEquals(owner(directory), owner(socket));
            assertEquals("rw-rw----", PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)));
        }
    }

    private static String owner(Path path) throws IOException {
        PosixFileAttributes attributes = Files.readAttributes(path, PosixFileAttributes.class);
        return attributes.owner().getName() + ":" + attributes.group().getName();
    }
}
