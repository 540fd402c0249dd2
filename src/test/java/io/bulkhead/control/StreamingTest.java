package io.bulkhead.control;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Answers that are sent piece by piece. */
final class StreamingTest {
    private static final String FOLLOW = "GET /v1/events?follow HTTP/1.1\r\nHost: x\r\n\r\n";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private static SocketChannel follow(ControlBed bed) throws IOException {
        SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(bed.socket));
        channel.write(ByteBuffer.wrap(FOLLOW.getBytes(StandardCharsets.US_ASCII)));
        return channel;
    }

    /** Reads until {@code text} was read, and returns all. */
    private static String readUntil(SocketChannel channel, String text) throws IOException {
        StringBuilder all = new StringBuilder();
        ByteBuffer buffer = ByteBuffer.allocate(1 << 14);
        while (all.indexOf(text) < 0 && channel.read(buffer) >= 0) {
            all.append(StandardCharsets.UTF_8.decode(buffer.flip()));
            buffer.clear();
        }
        assertTrue(all.indexOf(text) >= 0, () -> "ended after: " + all);
        return all.toString();
    }

    @Test
    void aFollowerIsToldAtOnceAndAsThingsHappen() throws Exception {
        try (ControlBed bed = new ControlBed(directory);
                SocketChannel follower = follow(bed)) {
            String head = readUntil(follower, "\r\n\r\n");
            bed.operations.asked("start", List.of("web"), "x");
            readUntil(follower, "\"number\":1,");
            bed.operations.asked("stop", List.of("web"), "x");
            readUntil(follower, "\"number\":2,");

            assertTrue(head.startsWith("HTTP/1.1 200 OK"), head);
            assertTrue(head.contains("Transfer-Encoding: chunked"), head);
        }
    }

    @Test
    void whoGoesAwayIsNoticedThoughNothingHappens() throws Exception {
        try (ControlBed bed = new ControlBed(directory)) {
            int before = Streaming.underWay();
            List<SocketChannel> followers = new ArrayList<>();
            for (int i = before; i < Streaming.MAX; i++) {
                SocketChannel follower = follow(bed);
                readUntil(follower, "\r\n\r\n");
                followers.add(follower);
            }

            String refusal = bed.exchange("GET /v1/events?follow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            for (SocketChannel follower : followers) {
                follower.close();
            }

            assertTrue(refusal.startsWith("HTTP/1.1 503"), refusal);
            await().until(() -> Streaming.underWay() == before);
        }
    }

    @Test
    void whoDoesNotReadKeepsNobodyWaiting() throws Exception {
        try (ControlBed bed = new ControlBed(directory)) {
            List<SocketChannel> followers = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                SocketChannel follower = follow(bed);
                readUntil(follower, "\r\n\r\n");
                followers.add(follower);
            }
            // Far more than the sockets take.
            for (int i = 0; i < 2_000; i++) {
                bed.operations.asked("x".repeat(1_000), List.of("web"), "x");
            }

            String status = bed.exchange("GET /v1/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            String late = readUntil(followers.get(0), "\"number\":2000,");
            for (SocketChannel follower : followers) {
                follower.close();
            }

            assertTrue(status.startsWith("HTTP/1.1 200"), status);
            assertEquals(
                    2_000,
                    late.lines().filter(line -> line.contains("\"number\":")).count());
            await().until(() -> Streaming.underWay() == 0);
        }
    }

    @Test
    void anEndOfTheServerIsTheFollowersEnd() throws Exception {
        SocketChannel follower;
        try (ControlBed bed = new ControlBed(directory)) {
            follower = follow(bed);
            readUntil(follower, "\r\n\r\n");
        }

        try (follower) {
            assertTrue(follower.read(ByteBuffer.allocate(100)) < 0);
        }
        await().until(() -> Streaming.underWay() == 0);
    }

    @Test
    void whatIsAskedForIsSent() throws Exception {
        try (ControlBed bed = new ControlBed(directory)) {
            bed.operations.asked("start", List.of("a", "b", "c"), "x");

            String some = bed.exchange(
                    "GET /v1/events?name=a&name=c:*&last=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            String wrong =
                    bed.exchange("GET /v1/events?since=yesterday HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

            assertTrue(some.contains("\"service\":\"c\""), some);
            assertFalse(some.contains("\"service\":\"a\"") || some.contains("\"service\":\"b\""), some);
            assertTrue(wrong.startsWith("HTTP/1.1 400"), wrong);
        }
    }
}
