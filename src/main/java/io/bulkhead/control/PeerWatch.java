package io.bulkhead.control;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;

/**
 * Notices that the other side is gone, who has asked for something that takes its time: he has nothing more to say, so that
 * what there is to read is his end; other bytes are dropped.
 */
final class PeerWatch {
    private final EndPoint endPoint;
    private final Gone gone;

    /** Told at most once, by any thread. */
    interface Gone {
        void accept(Throwable why);
    }

    PeerWatch(EndPoint endPoint, Gone gone) {
        this.endPoint = endPoint;
        this.gone = gone;
    }

    void begin() {
        endPoint.tryFillInterested(Callback.from(this::look, gone::accept));
        if (!endPoint.isOpen()) {
            gone.accept(new EofException("the other side is gone"));
        }
    }

    private void look() {
        try {
            ByteBuffer dropped = BufferUtil.allocate(1 << 10);
            if (endPoint.fill(dropped) >= 0) {
                begin();
                return;
            }
            gone.accept(new EofException("the other side is gone"));
        } catch (IOException e) {
            gone.accept(e);
        }
        endPoint.close();
    }
}
