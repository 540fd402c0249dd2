package io.bulkhead.control;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** A body that is read as it is sent, and perhaps as it comes to be. Used by one thread at a time. */
interface Feed extends AutoCloseable {
    /** The next piece, at most some 64 KiB; empty where there is none now. */
    Optional<ByteBuffer> next() throws IOException;

    /** Has {@code wake} run, by any thread, when there may be more to read; never where the body ends at the first gap. */
    void listen(Runnable wake) throws IOException;

    @Override
    void close() throws IOException;
}
