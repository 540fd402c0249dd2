package io.bulkhead.cli;

/** What {@code supervisorctl} ends with. */
final class ExitCodes {
    static final int OK = 0;
    /** An unknown name or a missing argument. */
    static final int UNKNOWN_NAME = 1;
    /** Bad usage or a bad configuration. */
    static final int USAGE = 2;
    /** {@code status}: a service isn't running. */
    static final int NOT_RUNNING = 3;
    /** The daemon refuses the connection; for {@code status}, also an unknown name or a missing socket. */
    static final int UNREACHABLE = 4;
    /** The socket is missing, a start failed, a service isn't running. */
    static final int FAILED = 7;
    /** {@code plan --exit-code}: there are changes. */
    static final int CHANGES = 10;

    /** {@code exec} and {@code run}: the command was never run, for a reason of ours; as Docker has it. */
    static final int OURS = 125;

    private ExitCodes() {}
}
