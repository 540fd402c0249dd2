package io.bulkhead.cgroup.fs;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.spec.Limits;
import java.util.List;
import java.util.Optional;

/** A kernel controller in one cgroup version: which limits are its own and in which files they stand. */
public interface Controller {
    /** The kernel's name: {@code cpu}. */
    String name();

    /** The key of a limit in {@code limits} that needs this controller; empty where none does. */
    Optional<String> demand(Limits limits);

    /** Every file of this controller with what {@code limits} make of it: no limit is a setting, too. A pure function. */
    List<Setting> settings(Limits limits);

    /** Prepares a group before any process joins it; does nothing the second time. */
    default void prepare(GroupFiles files) throws ErrnoException {}
}
