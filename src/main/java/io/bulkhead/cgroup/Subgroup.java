package io.bulkhead.cgroup;

import io.bulkhead.libc.ErrnoException;

/**
 * A group below a service's, for a command that is to be ended with all that it starts, and nothing else of the service with it. Its
 * limits are the service's. One thread at a time should use it.
 */
public interface Subgroup {
    /**
     * Makes it anew; whoever was in it is killed.
     *
     * @return how a process gets into it and, where groups of the service's exist beside it, into those
     * @throws ErrnoException EBUSY where somebody in it doesn't end
     */
    JoinAtBirth make() throws ErrnoException;

    /** Kills all that is in it, and removes it; it need not exist. */
    Removal end() throws ErrnoException;
}
