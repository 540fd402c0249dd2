package io.bulkhead.cgroup;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.spec.Limits;
import io.bulkhead.status.Usage;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The groups of all services, whatever mix of cgroup versions the host has.
 *
 * <p>A group is named by its directory right below our parent group and exists in every hierarchy in use. Nothing above
 * or beside the parent group is changed. A refusal of the kernel is an {@link ErrnoException} that names the file; a name
 * that isn't a directory's is an {@link IllegalArgumentException}. Thread-safe as far as the kernel is; one thread at a time
 * should change a group.
 */
public interface CgroupDriver {
    /**
     * Makes our parent group and takes it for this process as long as that lives.
     *
     * @return false where another process has it: whatever is below it is that one's then
     */
    boolean claim() throws ErrnoException;

    /**
     * Every group below our parent in any hierarchy, but for those that are the daemon's own or systemd's. A name may be
     * nobody's service.
     */
    Set<String> list() throws ErrnoException;

    /**
     * Makes a group in every hierarchy, ready for its first process, with the devices policy on v1. Idempotent; one whose
     * processes were killed is made anew.
     */
    void create(String group) throws ErrnoException;

    /** Whether a group exists in every hierarchy; costs less than to make sure of it. */
    boolean isWhole(String group);

    /**
     * Writes the limits that differ from those in force, live. A limit that is absent, but was there the last time, or in a
     * group of unknown history, is put back to the kernel's default; else it is left to whoever sets it.
     *
     * @return what was written
     * @throws ErrnoException ENOENT, with how to get it, where a limit needs a controller this host lacks; EBUSY where the
     *     group holds more memory than it is to have
     */
    List<LimitWrite> apply(String group, Limits limits) throws ErrnoException;

    /**
     * What {@link #apply} would write now: empty where the kernel holds what is wanted.
     *
     * @throws ErrnoException as {@link #apply}
     */
    List<LimitWrite> differences(String group, Limits limits) throws ErrnoException;

    /** Every limit that this host cannot enforce, and why; empty where all can be. */
    List<Unsupported> unsupported(Limits limits) throws ErrnoException;

    /**
     * What became of each limit that is asked for, and everybody's devices; the group must exist.
     *
     * @throws ErrnoException as {@link #apply}
     */
    List<LimitReport> report(String group, Limits limits) throws ErrnoException;

    /** What will become of limits otherwise than asked, as far as it can be told now; the group need not exist. */
    List<Foreseen> foresee(String group, Limits limits) throws ErrnoException;

    JoinAtBirth join(String group);

    /** A group below a service's; where there are none, one that holds nobody. */
    Subgroup below(String group, String name);

    /** The names of such groups, and of those that the service has made. */
    Set<String> below(String group) throws ErrnoException;

    /** Tells which process a group has begun with; who knows by the kernel's groups needn't be told. */
    default void began(String group, int pid) throws ErrnoException {}

    /** The controllers whose limits can be given here, by the kernel's names. */
    Set<String> offered() throws ErrnoException;

    /** The processes in the group and below it in any hierarchy, by pid; none where it doesn't exist. */
    Set<Integer> processes(String group) throws ErrnoException;

    /**
     * The processes right in the group, by pid, and not those of groups below it: these are the service's own making, or of
     * commands that are sent into it. None where it doesn't exist.
     */
    default Set<Integer> members(String group) throws ErrnoException {
        return processes(group);
    }

    /** Whether a process is in the group or below it in any hierarchy. */
    boolean populated(String group) throws ErrnoException;

    /**
     * Stops every process of the group, without waiting until the last has stopped.
     *
     * @throws ErrnoException ENOENT where the group or the host's freezer is missing
     */
    void freeze(String group) throws ErrnoException;

    /** Whether every process of the group has stopped. */
    boolean isFrozen(String group) throws ErrnoException;

    /** Lets the processes of a frozen group go on. */
    void thaw(String group) throws ErrnoException;

    /**
     * Sends SIGKILL to every process in the group and below it, so that none can escape by forking; returns without waiting
     * for their end. A group that doesn't exist is no failure. A frozen group is thawed where its processes couldn't die
     * otherwise.
     */
    void killAll(String group) throws ErrnoException;

    /**
     * Removes the group with all groups below it from every hierarchy, by {@code rmdir} only. The kernel lets a group go
     * some time after its last process, so this tries again for up to a second.
     */
    Removal remove(String group) throws ErrnoException;

    /** How often the OOM killer acted in the group since it was made; empty where the kernel doesn't count. */
    OptionalLong oomKills(String group);

    /** Has the kernel tell of want of memory. */
    MemoryNotices memoryNotices();

    /** How often a fork failed at a limit of tasks since the group was made; empty where the kernel doesn't count. */
    OptionalLong forksRefused(String group);

    /** How its CPU quota has held the group up since it was made. */
    Throttling throttling(String group);

    /** What the group uses now. */
    Usage usage(String group);

    /** All that the group has come up against. */
    Hardship hardship(String group);

    /** The v2 {@code cgroup.events} file, for inotify(7), where there is v2. */
    Optional<Path> eventsFile(String group);

    /** Whether the devices policy is enforced: v1's devices controller is mounted, or v2 takes programs. */
    boolean controlsDevices();

    /** Removes our parent group, and what was made above it, from every hierarchy as far as they are empty and ours. */
    void removeParentIfEmpty();
}
