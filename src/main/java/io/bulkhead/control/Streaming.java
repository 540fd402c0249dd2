package io.bulkhead.control;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.IteratingCallback;

/**
 * Sends a {@link Feed}, a piece at a time: the next is read when the last is sent. So whoever reads slowly, or not at all,
 * costs one piece and no thread; and whoever follows and goes away is noticed though there is nothing to send.
 */
final class Streaming extends IteratingCallback {
    /** All share the daemon's memory and descriptors. */
    static final int MAX = 64;

    private static final AtomicInteger count = new AtomicInteger();

    private final Feed feed;
    private final boolean follows;
    private final Request request;
    private final Response response;
    private final Callback callback;
    private final AtomicBoolean woken = new AtomicBoolean();
    private boolean begun;

    private Streaming(Feed feed, boolean follows, Request request, Response response, Callback callback) {
        this.feed = feed;
        this.follows = follows;
        this.request = request;
        this.response = response;
        this.callback = callback;
    }

    /** Takes one of the {@link #MAX} places, to be given back where {@link #start} doesn't take it over. */
    static boolean take() {
        if (count.incrementAndGet() <= MAX) {
            return true;
        }
        give();
        return false;
    }

    static void give() {
        count.decrementAndGet();
    }

    static int underWay() {
        return count.get();
    }

    /** Begins to send; the feed is closed when all is sent or the other side is gone. */
    static void start(Feed feed, boolean follows, Request request, Response response, Callback callback)
            throws IOException {
        Streaming streaming = new Streaming(feed, follows, request, response, callback);
        if (follows) {
            try {
                feed.listen(streaming::wake);
            } catch (IOException e) {
                feed.close();
                throw e;
            }
            new PeerWatch(request.getConnectionMetaData().getConnection().getEndPoint(), streaming::abort).begin();
        }
        streaming.iterate();
    }

    /** What wakes belongs to others, and has no time. */
    private void wake() {
        if (woken.compareAndSet(false, true)) {
            request.getComponents().getExecutor().execute(() -> {
                woken.set(false);
                iterate();
            });
        }
    }

    @Override
    protected Action process() throws IOException {
        if (!begun) {
            // The head, so that the other side knows at once that it is listened to.
            begun = true;
            response.write(false, BufferUtil.EMPTY_BUFFER, this);
            return Action.SCHEDULED;
        }
        Optional<ByteBuffer> piece = feed.next();
        if (piece.isPresent()) {
            response.write(false, piece.get(), this);
            return Action.SCHEDULED;
        }
        return follows ? Action.IDLE : Action.SUCCEEDED;
    }

    @Override
    protected void onCompleteSuccess() {
        release();
        response.write(true, BufferUtil.EMPTY_BUFFER, callback);
    }

    @Override
    protected void onCompleteFailure(Throwable cause) {
        release();
        callback.failed(cause);
    }

    private void release() {
        give();
        try {
            feed.close();
        } catch (IOException e) {
            org.slf4j.LoggerFactory.getLogger(Streaming.class).debug("feed not closed", e);
        }
    }
}
