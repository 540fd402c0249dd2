package io.bulkhead.cgroup.fs;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.spec.Limits;
import java.util.List;

/** A kernel controller in one cgroup version: which limits are its own and in which files they stand. */
public interface Controller {
    /** The kernel's name: {@code cpu}. */
    String name();

    /**
     * All that this controller can be told, with what {@code limits} make of it: no limit is a setting, too.
     *
     * @throws ErrnoException where a limit names a thing of this host that isn't there
     */
    List<Setting> settings(Limits limits) throws ErrnoException;

    /** Prepares a group before any process joins it; does nothing the second time. */
    default void prepare(GroupFiles files) throws ErrnoException {}

    /** Whether it is there without being listed in {@code cgroup.controllers}: a program attached to a group is. */
    default boolean isBuiltIn() {
        return false;
    }
}
