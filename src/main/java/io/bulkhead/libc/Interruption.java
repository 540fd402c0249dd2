package io.bulkhead.libc;

/** What happens at a {@link Checkpoint}: nothing. A test puts a class of this name, which kills the daemon, before this one. */
final class Interruption {
    private Interruption() {}

    static void at(Checkpoint checkpoint) {}

    /** Before each entry of a program that is being laid out. */
    static void before(SyscallProgram.Builder program) {}
}
