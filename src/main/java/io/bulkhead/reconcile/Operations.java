package io.bulkhead.reconcile;

import io.bulkhead.events.History;
import io.bulkhead.logs.Growth;
import io.bulkhead.spec.ConfigException;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.Signal;
import io.bulkhead.spec.SupervisorSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What an operator can ask of the daemon. Thread-safe; a method that waits blocks its caller, never the loop.
 *
 * <p>Names are as an operator types them: {@code web}, {@code web:web}, {@code web:web_01}, {@code web:*}, {@code all}; one
 * that names nothing is an {@link Outcome} of its own, never an exception.
 */
public interface Operations {
    /** Every instance of every service, sorted by these; takes no look at the kernel. */
    List<ServiceReport> status();

    /** What every instance of every service uses now, sorted as {@link #status}; looks at the kernel. */
    List<ServiceUsage> usage();

    /** Sets the override and, with {@code wait}, waits for RUNNING or for the failure. */
    List<Outcome> start(List<String> names, boolean wait);

    /** Sets the override and, with {@code wait}, waits until the service's group is empty. */
    List<Outcome> stop(List<String> names, boolean wait);

    List<Outcome> restart(List<String> names, boolean wait);

    /** Each service's instances in turn: the next when those before are ready, and no more once one has failed. */
    List<Outcome> restartRolling(List<String> names, boolean wait);

    List<Outcome> signal(Signal signal, List<String> names);

    /** Has running services read their own configuration again, as {@code reload} says, and waits for the command that does. */
    List<Outcome> reloadServices(List<String> names);

    /** Lets every process of the services stand still until {@link #resume}, and waits until they do. */
    List<Outcome> pause(List<String> names);

    List<Outcome> resume(List<String> names);

    /** What can be asked of the configuration. */
    Reconfiguration configuration();

    /**
     * Where a service's output is.
     *
     * @return empty where there is no such service or the stream goes to no file of its own
     */
    Optional<Path> logFile(ServiceName name, Stream stream);

    /** Where the daemon's own log is, if it has a file. */
    Optional<Path> daemonLog();

    /** Tells of what is written to any of these. */
    Growth growth();

    /** Empties the log files of the services. */
    List<Outcome> clearLogs(List<String> names);

    /**
     * Has it known who asked for what; to be said before it is done.
     *
     * @param command in words: {@code signal USR1}
     * @param names those it concerns; empty: the daemon
     */
    void asked(String command, List<String> names, String by);

    /**
     * Runs a command inside a running service; returns when it has begun.
     *
     * @throws CommandException where it hasn't
     */
    Session exec(ExecCommand command) throws CommandException;

    /**
     * Runs a command in a container of its own; returns at once. Its end completes, with how it ended or with a
     * {@link CommandException}, when nothing is left of it.
     *
     * @throws CommandException where it hasn't begun
     */
    Session run(RunCommand command) throws CommandException, ConfigException;

    /** Who attends a command at a terminal leaves, and it goes on; says whether there is such a session. */
    boolean leave(String session);

    /** Who attended a command is gone: its terminal hangs up, one that has pipes gets SIGHUP, a one-off one is stopped. */
    void hangUp(String session);

    /** All that is known of a service; looks at the kernel. Empty where there is none of that name. */
    Optional<Inspection> inspect(ServiceName name);

    /**
     * What keeps a service that isn't up from being so, as its files have it now; looks at them. Nothing where there is nothing
     * wrong with them, and no such service.
     */
    List<Advice> findings(ServiceName name);

    /** What services are called. */
    ServiceNames names();

    /** What happened; takes no part in it. */
    History history();

    /**
     * Ends the daemon; returns at once.
     *
     * @param services what becomes of them; empty: what {@code on-exit} says
     */
    void shutdown(Optional<SupervisorSpec.OnExit> services);

    /** One of the two output streams. */
    enum Stream {
        STDOUT,
        STDERR
    }
}
