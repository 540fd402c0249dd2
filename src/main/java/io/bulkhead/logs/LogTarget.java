package io.bulkhead.logs;

import io.bulkhead.libc.ErrnoException;

/** Where lines go that are changed on their way. Not thread-safe. */
interface LogTarget extends AutoCloseable {
    /** A line longer than this is cut. */
    int LONGEST_LINE = Scratch.SIZE;

    /** What may hold it up: two targets that are equal in this may hold up one another. */
    Object device();

    /**
     * Delivers lines of what {@link Spool#read} has put into the scratch's input, and notes in the spool what it has done.
     *
     * @param count how much there is
     * @param last whether an end without a line's end is a line too
     * @return how much has been delivered; 0: there is no whole line
     * @throws ErrnoException some may have been delivered nevertheless; the spool knows
     */
    int deliver(LogStream stream, Spool spool, Scratch scratch, int count, boolean last) throws ErrnoException;

    /** Puts in a line of the daemon's own, or, where that fails, nothing. */
    void tell(String line, Scratch scratch) throws ErrnoException;

    /** Takes back what is there of a line that was not written to its end. */
    void takeBack(Spool spool) throws ErrnoException;

    @Override
    void close();
}
