package io.bulkhead.cgroup.fs;

import io.bulkhead.libc.ErrnoException;
import java.util.List;

/** One mounted tree of groups, with our parent group in it. */
public interface Hierarchy extends Tree {
    /** Makes our parent group and prepares it to have groups below. Idempotent. */
    void createParent() throws ErrnoException;

    /**
     * Makes the group, with all above it, and prepares it for its first process. Idempotent.
     *
     * @return whether it wasn't there
     */
    boolean create(String group) throws ErrnoException;

    /** The controllers that could limit groups through this hierarchy, whether or not they reach them now. */
    List<Controller> offered() throws ErrnoException;

    /** Sees to it that a controller that few need reaches the services' groups. */
    void bringDown(String controller) throws ErrnoException;

    /** The controllers that limit {@code group} through this hierarchy; the group must exist. */
    List<Controller> controllers(String group) throws ErrnoException;
}
