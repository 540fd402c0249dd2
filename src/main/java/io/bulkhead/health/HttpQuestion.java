package io.bulkhead.health;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.function.Consumer;
import jnr.ffi.Pointer;

/**
 * Whether a GET is answered with a status of 200 to 399. The status alone counts; what follows is read a while and thrown away,
 * so that a server that means well need not meet a closed connection.
 */
final class HttpQuestion implements Question {
    private static final int MOST_READ = 256 << 10;

    private final ProbeLoop loop;
    private final Linux linux;
    private final Target target;
    private final String path;
    private final byte[] request;

    HttpQuestion(ProbeLoop loop, Linux linux, Target target, String path) {
        this.loop = loop;
        this.linux = linux;
        this.target = target;
        this.path = path;
        String host = target.port() == 80 ? target.bracketed() : target.toString();
        this.request = ("GET " + path + " HTTP/1.1\r\nHost: " + host
                        + "\r\nUser-Agent: bulkhead\r\nAccept: */*\r\nConnection: close\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    @Override
    public Attempt ask(Duration timeout, Consumer<Answer> told) {
        return new Get(timeout, told);
    }

    /** One GET. */
    private final class Get extends SocketAttempt {
        private final HttpHead head = new HttpHead();
        private final Pointer buffer = loop.buffer();
        private int sent;
        private int read;
        private boolean known;

        Get(Duration timeout, Consumer<Answer> told) {
            super(loop, linux, target, timeout, told);
        }

        @Override
        String prefix() {
            return "http GET " + path + ": ";
        }

        @Override
        void connected() {
            send();
        }

        private void send() {
            try {
                int count = Math.min(request.length - sent, ProbeLoop.BUFFER);
                buffer.put(0, request, sent, count);
                sent += linux.write(fd(), buffer, count, target.toString());
                if (sent == request.length) {
                    listen(this::readable);
                }
            } catch (ErrnoException e) {
                fail(e.getMessage());
            }
        }

        private void readable() {
            try {
                OptionalInt count = linux.read(fd(), buffer, ProbeLoop.BUFFER, "from " + target);
                if (count.isEmpty()) {
                    return;
                }
                read += count.getAsInt();
                if (count.getAsInt() == 0 || read > MOST_READ) {
                    fail("the connection was closed without an answer");
                } else if (!known) {
                    byte[] bytes = new byte[count.getAsInt()];
                    buffer.get(0, bytes, 0, bytes.length);
                    head.take(bytes, bytes.length).ifPresent(this::judge);
                }
            } catch (HttpHead.MalformedException e) {
                fail(String.valueOf(e.getMessage()));
            } catch (ErrnoException e) {
                fail(e.getMessage());
            }
        }

        private void judge(int status) {
            known = true;
            answer(new Answer(status >= 200 && status < 400, prefix() + status, ""));
        }
    }
}
