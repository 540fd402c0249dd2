package io.bulkhead.libc;

/**
 * A moment between two lasting effects at which the daemon may die, and from which the next one must be able to go on.
 *
 * <p>The list is complete: a test kills a daemon at each of them. To be passed where the effect named has just been reached;
 * costs nothing.
 */
public enum Checkpoint {
    /** A start was decided and recorded, and nothing of it done. */
    LAUNCH_BEGUN,
    /** The group exists in some hierarchies only. */
    GROUP_HALF_MADE,
    /** One file of the limits is written, the next is not. */
    LIMITS_HALF_WRITTEN,
    /** The pipes of the output are made, and nobody but the daemon holds them. */
    PIPES_MADE,
    /** A process more holds the pipes, and the one that did so before is still the one that the next daemon asks for them. */
    PIPES_HELD,
    /** It is the one that is asked, and the one before is not ended. */
    KEEPER_RECORDED,
    /** A child waits to be told whose it is, and for nothing else. */
    OWNER_ASKED,
    /** The process runs; no record knows it. */
    LAUNCHED,
    /** Another process than the one that was launched is the main one; no record knows it. */
    MAIN_MOVED,
    /** A hook runs; no record knows its process. */
    HOOK_LAUNCHED,
    /** A command runs inside a service, a probe's among them; nobody knows its process. */
    JOINED,
    /** The new record is begun beside the old one. */
    RECORD_HALF_WRITTEN,
    /** The new record is written beside the old one. */
    RECORD_WRITTEN,
    /** The new record has taken the old one's place; nothing of what it announces is done. */
    RECORD_REPLACED,
    /** A process has ended, and only this daemon knows how. */
    END_SEEN,
    /** The stop signal is sent. */
    STOP_SIGNALLED,
    /** The group's processes are sent SIGKILL; they may not be gone. */
    GROUP_KILLED,
    /** The group is gone from some hierarchies. */
    GROUP_HALF_REMOVED,
    /** The group is gone, the pipes and the record are not. */
    GROUP_REMOVED,
    /** The pipes are gone, the record is not. */
    PIPES_DELETED,
    /** A changed configuration was read. */
    RELOAD_READ,
    /** A changed configuration is in force, and nothing of it done. */
    RELOAD_IN_FORCE,
    /** A new generation of the configuration is begun beside the others. */
    GENERATION_HALF_WRITTEN,
    /** A new generation of the configuration is on the disk, and not in force. */
    GENERATION_WRITTEN,
    /** A log file has to be rotated. */
    ROTATION_BEGUN,
    /** One of the log's files has its new name, the next has not. */
    ROTATION_HALF_MOVED,
    /** All of the log's files have their new names, and there is no current one. */
    ROTATION_MOVED;

    public void reached() {
        Interruption.at(this);
    }
}
