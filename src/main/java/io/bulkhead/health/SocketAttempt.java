package io.bulkhead.health;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.spec.SpecKey;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Iterator;
import java.util.function.Consumer;

/** A question put over a connection: made, used, and closed by the loop's thread, in a bounded time. */
abstract class SocketAttempt implements Question.Attempt {
    private static final int NONE = -1;

    private final ProbeLoop loop;
    private final Linux linux;
    private final Target target;
    private final Consumer<Answer> told;
    private final Iterator<InetAddress> addresses;
    private final Timers.Timer timeout;
    private final Duration patience;
    private int fd = NONE;
    private boolean connected;
    private boolean answered;
    private boolean over;

    SocketAttempt(ProbeLoop loop, Linux linux, Target target, Duration patience, Consumer<Answer> told) {
        this.loop = loop;
        this.linux = linux;
        this.target = target;
        this.told = told;
        this.patience = patience;
        this.addresses = target.addresses().iterator();
        this.timeout = loop.after(patience, this::late);
        connectNext();
    }

    /** The connection is there. */
    abstract void connected();

    /** What the question is called in front of what went wrong; or empty. */
    abstract String prefix();

    int fd() {
        return fd;
    }

    Linux linux() {
        return linux;
    }

    private void connectNext() {
        try {
            InetAddress address = addresses.next();
            fd = target.network().isPresent()
                    ? linux.streamSockets().openIn(target.network().getAsInt(), address)
                    : linux.streamSockets().open(address);
            linux.streamSockets().connect(fd, address, target.port());
            loop.events().watchWritable(fd, this::writable);
        } catch (ErrnoException e) {
            release();
            loop.post(() -> notConnected(e));
        }
    }

    private void writable() {
        int error = linux.streamSockets().error(fd);
        if (error != 0) {
            notConnected(new ErrnoException("connect", error));
            return;
        }
        connected = true;
        connected();
    }

    private void notConnected(ErrnoException why) {
        if (over) {
            return;
        }
        close();
        if (addresses.hasNext()) {
            connectNext();
        } else if (why.errno() == ErrnoException.ECONNREFUSED) {
            fail("connection refused on " + target);
        } else {
            fail(why.operation() + " " + target + ": " + ErrnoException.describe(why.errno()));
        }
    }

    private void late() {
        if (!answered) {
            fail(
                    connected
                            ? "no answer within " + SpecKey.text(patience)
                            : "no connection to " + target + " within " + SpecKey.text(patience));
        }
        cancel();
    }

    void fail(String why) {
        answer(Answer.bad(prefix() + why));
        cancel();
    }

    /** Tells it, where nothing was told yet. The connection stays until it is cancelled, which the timeout does. */
    void answer(Answer answer) {
        if (!answered && !over) {
            answered = true;
            told.accept(answer);
        }
    }

    /** From now on waits for something to read. */
    void listen(Runnable readable) throws ErrnoException {
        loop.events().unwatch(fd);
        loop.events().watch(fd, readable);
    }

    private void close() {
        if (fd != NONE) {
            loop.events().unwatch(fd);
            release();
        }
    }

    private void release() {
        if (fd != NONE) {
            linux.close(fd);
            fd = NONE;
        }
    }

    @Override
    public void cancel() {
        over = true;
        timeout.cancel();
        close();
    }
}
