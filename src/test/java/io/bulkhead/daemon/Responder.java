package io.bulkhead.daemon;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/** A server on this host's loopback that services with the host's network are asked by: polite or not, as the test has it. */
final class Responder implements AutoCloseable {
    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final AtomicInteger connections = new AtomicInteger();
    private volatile Manner manner;

    /** What is done with a connection, which is closed after it. */
    interface Manner {
        void answer(Socket socket, OutputStream out) throws IOException, InterruptedException;
    }

    Responder(Manner manner) throws IOException {
        this.manner = manner;
        spawn(this::accept);
    }

    /** An answer with this status, as servers give it. */
    static Manner status(int status) {
        return says("HTTP/1.1 " + status + " Status\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n");
    }

    /** The text, once the request has come. */
    static Manner says(String text) {
        return (socket, out) -> {
            int unused = socket.getInputStream().read(new byte[4096]);
            out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        };
    }

    /** The same for ever. */
    static Manner repeats(String first, String text, int pauseMillis) {
        return (socket, out) -> {
            out.write(first.getBytes(StandardCharsets.ISO_8859_1));
            while (true) {
                out.write(text.getBytes(StandardCharsets.ISO_8859_1));
                Thread.sleep(pauseMillis);
            }
        };
    }

    /** Nothing, until the other side goes. */
    static Manner silence() {
        return (socket, out) -> {
            while (socket.getInputStream().read() >= 0) {}
        };
    }

    void now(Manner next) {
        manner = next;
    }

    int port() {
        return server.getLocalPort();
    }

    String url() {
        return "\"http://127.0.0.1:" + port() + "/x\"";
    }

    /** How many connections there were. */
    int connections() {
        return connections.get();
    }

    private static void spawn(Runnable task) {
        Thread thread = new Thread(task, "responder");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                connections.incrementAndGet();
                spawn(() -> answer(socket));
            } catch (IOException e) {
                if (!server.isClosed()) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private void answer(Socket socket) {
        try (socket) {
            manner.answer(socket, socket.getOutputStream());
        } catch (IOException e) {
            // the other side has gone: that is what is tested
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** From now on nobody listens. */
    void refuse() throws IOException {
        server.close();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
