package io.bulkhead.daemon;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.cli.Ctl;
import io.bulkhead.rootfs.RootfsBuild;
import io.bulkhead.rootfs.RootfsException;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A daemon as it is installed, with a configuration, a cgroup parent and directories of its own. Closing it ends the daemon
 * and fails where anything is left: a group in any hierarchy, a process, a mount, a pipe, a FIFO, a socket.
 */
final class DaemonBed implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String QUICK = "start.ready-after = 50 ms";
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final Path CGROUPS = Path.of("/sys/fs/cgroup");

    final String parent = "bulkhead-it-" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet();
    final Path work;
    final Path conf;
    final Path log;
    private final Map<String, String> environment = new HashMap<>();
    private String settings = "";
    private String defaults = QUICK;
    private Optional<Process> daemon = Optional.empty();

    DaemonBed() throws IOException {
        work = Files.createTempDirectory(parent);
        conf = work.resolve("supervisord.conf");
        log = work.resolve("supervisord.log");
    }

    /** A root file system of this host's programs. */
    Path rootfs(String name, String... programs) throws IOException {
        Path directory = work.resolve("rootfs").resolve(name);
        RootfsBuild build = new RootfsBuild(directory);
        for (String program : programs) {
            build.binary(program);
        }
        try {
            build.build();
        } catch (RootfsException e) {
            throw new IOException(e.problems().toString(), e);
        }
        return directory;
    }

    /** Settings of the daemon's own beyond what the bed writes: {@code on-exit = keep}. */
    DaemonBed settings(String text) {
        settings = text;
        return this;
    }

    /** What holds for every service that doesn't say otherwise, beyond that it is up at once. */
    DaemonBed defaults(String text) {
        defaults = QUICK + "\n" + text;
        return this;
    }

    /** A variable of the daemon's own environment. */
    DaemonBed environment(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /** Writes the configuration file anew. */
    DaemonBed services(String text) throws IOException {
        Files.writeString(
                conf,
                "supervisor {\n  run-dir = " + runDir() + "\n  log-dir = " + logDir() + ", state-dir = "
                        + stateDir() + "\n  cgroup.parent = /" + parent
                        + "\n  " + settings + "\n}\nservices {\n" + text + "\n}\ndefaults {\n" + defaults + "\n}\n");
        return this;
    }

    Path runDir() {
        return work.resolve("run");
    }

    private Path socket() {
        return runDir().resolve("supervisord.sock");
    }

    Path stateDir() {
        return work.resolve("state");
    }

    Path logDir() {
        return work.resolve("log");
    }

    /** Starts another program as the daemon ({@code -c} is added), and doesn't wait for it. */
    Process startAs(List<String> command) throws IOException {
        daemon = Optional.of(spawn(command, ProcessBuilder.Redirect.appendTo(log.toFile())));
        return daemon.get();
    }

    /** The daemon has died by itself. */
    void forgetDaemon() {
        daemon = Optional.empty();
    }

    /** Starts the daemon. */
    DaemonBed launch() throws IOException {
        daemon = Optional.of(spawn(ProcessBuilder.Redirect.appendTo(log.toFile())));
        return this;
    }

    /** Starts the daemon and waits until it answers. */
    DaemonBed start() throws IOException {
        launch();
        await().atMost(PATIENCE).until(() -> {
            assertTrue(daemon.get().isAlive(), this::daemonLog);
            return Files.exists(socket()) && ctl("version").code() == 0;
        });
        return this;
    }

    /** A daemon on the same configuration, whatever becomes of it. */
    Process spawn(ProcessBuilder.Redirect errors) throws IOException {
        Path program = Path.of(System.getProperty("bulkhead.dist", "target/bulkhead"), "bin", "supervisord");
        return spawn(List.of(program.toString()), errors);
    }

    private Process spawn(List<String> command, ProcessBuilder.Redirect errors) throws IOException {
        List<String> all = new ArrayList<>(command);
        all.addAll(List.of("-c", conf.toString()));
        ProcessBuilder builder = new ProcessBuilder(all)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(errors);
        builder.environment().putAll(environment);
        return builder.start();
    }

    boolean daemonIsAlive() {
        return daemon.isPresent() && daemon.get().isAlive();
    }

    long daemonPid() {
        return daemon.orElseThrow().pid();
    }

    /** SIGKILL, as a crash would. */
    void killDaemon() throws InterruptedException {
        daemon.orElseThrow().destroyForcibly().waitFor();
        daemon = Optional.empty();
    }

    /** SIGTERM; waits for the end and hands back the exit code. */
    int endDaemon() {
        daemon.orElseThrow().destroy();
        return awaitDaemonsEnd();
    }

    /** Waits for the end and hands back the exit code. */
    int awaitDaemonsEnd() {
        Process process = daemon.orElseThrow();
        await().atMost(PATIENCE).until(() -> !process.isAlive());
        daemon = Optional.empty();
        return process.exitValue();
    }

    void signalDaemon(String signal) throws IOException, InterruptedException {
        signal(signal, daemonPid());
    }

    static void signal(String signal, long pid) throws IOException, InterruptedException {
        assertEquals(
                0,
                new ProcessBuilder("kill", "-" + signal, Long.toString(pid))
                        .inheritIO()
                        .start()
                        .waitFor());
    }

    Ctl.Result ctl(String... arguments) {
        return Ctl.run(Stream.concat(Stream.of("-s", "unix://" + socket()), Stream.of(arguments))
                .toArray(String[]::new));
    }

    /** As {@link #ctl}, and it must work. */
    String done(String... arguments) {
        Ctl.Result result = ctl(arguments);
        assertEquals(0, result.code(), () -> result + "\n" + daemonLog());
        return result.out();
    }

    /** The service's line of {@code status} behind its name: {@code RUNNING   pid 1, uptime …}. */
    String status(String service) {
        String line = ctl("status", service).out();
        return line.isEmpty()
                ? ""
                : line.substring(line.indexOf(' ')).replaceAll("\\s+", " ").strip();
    }

    long pid(String service) {
        return Long.parseLong(ctl("pid", service).out().strip());
    }

    void awaitStatus(String service, String prefix) {
        await().atMost(PATIENCE)
                .failFast(() -> daemon.isPresent() && !daemon.get().isAlive())
                .untilAsserted(() -> assertTrue(
                        status(service).startsWith(prefix), () -> ctl("status").toString() + daemonLog()));
    }

    /** Waits until what the service wrote holds a text, and returns it all. */
    String awaitOutput(String service, String text) {
        return await().atMost(PATIENCE)
                .until(() -> ctl("tail", "-1000000", service).out(), out -> out.contains(text));
    }

    void awaitLog(String text) {
        await().atMost(PATIENCE).untilAsserted(() -> assertTrue(daemonLog().contains(text), this::daemonLog));
    }

    String daemonLog() {
        try {
            return Files.exists(log) ? Files.readString(log) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Every directory of a group of ours, in every hierarchy. */
    List<Path> groups() throws IOException {
        List<Path> found = new ArrayList<>();
        try (Stream<Path> hierarchies = Files.list(CGROUPS)) {
            for (Path hierarchy : hierarchies.filter(Files::isDirectory).toList()) {
                collect(hierarchy.resolve(parent), found);
            }
        }
        collect(CGROUPS.resolve(parent), found);
        return found.stream().distinct().toList();
    }

    /** Every directory of one service's group. */
    List<Path> groups(String service) throws IOException {
        return groups().stream().filter(group -> group.endsWith(service)).toList();
    }

    /** A file of a service's group, in whichever hierarchy has it. */
    Optional<Path> groupFile(String service, String name) throws IOException {
        return groups(service).stream()
                .map(group -> group.resolve(name))
                .filter(Files::exists)
                .findFirst();
    }

    private static void collect(Path group, List<Path> found) {
        File[] children = group.toFile().listFiles(File::isDirectory);
        if (children == null) {
            return; // there is none, or it was removed meanwhile
        }
        found.add(group);
        for (File child : children) {
            collect(child.toPath(), found);
        }
    }

    /** Processes that are in a group of ours, by any hierarchy. */
    List<String> processes() throws IOException {
        return everybody().stream().filter(this::isOurs).toList();
    }

    private static List<String> everybody() throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc"))) {
            return all.map(process -> process.getFileName().toString())
                    .filter(name -> name.matches("[0-9]+"))
                    .toList();
        }
    }

    private boolean isOurs(String pid) {
        try {
            // A dead one that waits for the host's init to take notice runs no more.
            return Files.readString(Path.of("/proc", pid, "cgroup")).contains("/" + parent)
                    && !Files.readString(Path.of("/proc", pid, "stat")).matches("(?s).*\\) [ZX] .*");
        } catch (IOException e) {
            return false; // it ended meanwhile
        }
    }

    /** The process that holds what services write, with whoever else is called so: one, as long as there are services. */
    List<Long> keepers() throws IOException {
        return everybody().stream()
                .map(Long::valueOf)
                .filter(pid -> keeperWords(pid).size() > 1)
                .toList();
    }

    /** The streams that it holds: {@code web.stdout}, {@code web.stdout.stage}. */
    List<String> keptStreams() throws IOException {
        List<String> kept = new ArrayList<>();
        for (long pid : keepers()) {
            keeperWords(pid).stream()
                    .skip(2)
                    .map(word -> word.replaceFirst("=.*", ""))
                    .forEach(kept::add);
        }
        return kept;
    }

    private List<String> keeperWords(long pid) {
        try {
            String called = Files.readString(Path.of("/proc/" + pid + "/cmdline"));
            List<String> words = Stream.of(called.split("\0", -1))
                    .filter(word -> !word.isEmpty())
                    .toList();
            boolean ours = words.size() > 1
                    && words.get(0).equals("bulkhead-keeper")
                    && words.get(1).startsWith(runDir().toString());
            return ours ? words : List.of();
        } catch (IOException e) {
            return List.of(); // it ended meanwhile
        }
    }

    List<Path> specialFiles() throws IOException {
        if (!Files.exists(runDir())) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(runDir())) {
            return files.filter(file -> !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                            && !Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS))
                    .toList();
        }
    }

    @Override
    public void close() throws IOException {
        try {
            if (daemon.isPresent()) {
                assertEquals(0, endDaemon(), this::daemonLog);
            }
            assertEquals(List.of(), processes(), this::daemonLog);
            assertEquals(List.of(), groups(), this::daemonLog);
            assertEquals(List.of(), specialFiles());
            assertEquals(List.of(), keptStreams(), this::daemonLog);
            assertEquals(List.of(), keepers(), this::daemonLog);
            assertEquals(
                    List.of(),
                    Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
                            .filter(line -> line.contains(work.toString()))
                            .toList());
            assertEquals(
                    List.of(),
                    daemonLog()
                            .lines()
                            .filter(line -> line.contains("Exception") || line.startsWith("\tat "))
                            .toList());
        } finally {
            daemon.ifPresent(Process::destroyForcibly);
            keepers().forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
            sweep();
            delete(work);
        }
    }

    /** What a test that failed has left. */
    private void sweep() throws IOException {
        List<Path> left = groups();
        if (!left.isEmpty()) {
            processes().forEach(pid -> ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly));
            await().atMost(PATIENCE).until(() -> processes().isEmpty());
        }
        for (int i = left.size() - 1; i >= 0; i--) {
            Files.deleteIfExists(left.get(i));
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
