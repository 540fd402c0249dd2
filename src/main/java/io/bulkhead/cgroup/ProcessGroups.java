package io.bulkhead.cgroup;

import io.bulkhead.cgroup.fs.Controller;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.spec.Limits;
import io.bulkhead.status.Usage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Groups without cgroups, for who has none: each is a process with a PID namespace of its own and all that is in that, which
 * the kernel ends with it. No limits, no pausing. A file each says which process it is; a daemon that is killed between a
 * launch and that file's writing leaves a process that no other daemon knows.
 */
final class ProcessGroups implements CgroupDriver {
    private static final int SIGKILL = 9;
    private static final String NONE = "no cgroup is delegated to this user";

    private final Linux linux;
    private final Path directory;
    private final MissingControllers missing;

    /** The process that a group began with, as long as it lives. */
    private record First(int pid, long startTime) {}

    ProcessGroups(Linux linux, Path directory, List<Controller> known) {
        this.linux = linux;
        this.directory = directory;
        this.missing = new MissingControllers(linux, known, Optional.empty(), List.of());
    }

    @Override
    public boolean claim() throws ErrnoException {
        if (!linux.exists(directory.toString())) {
            linux.mkdir(directory.toString(), 0700);
        }
        return true; // run-dir is one daemon's
    }

    @Override
    public Set<String> list() throws ErrnoException {
        try (Stream<Path> files = Files.list(directory)) {
            Set<String> names = new TreeSet<>();
            files.forEach(file -> names.add(file.getFileName().toString()));
            return names;
        } catch (IOException e) {
            throw new ErrnoException("list " + directory, ErrnoException.ENOENT);
        }
    }

    @Override
    public void create(String group) throws ErrnoException {
        linux.close(linux.open(file(group), Linux.O_WRONLY | Linux.O_CREAT | Linux.O_NOFOLLOW, 0600));
    }

    @Override
    public boolean isWhole(String group) {
        return linux.exists(file(group));
    }

    @Override
    public void began(String group, int pid) throws ErrnoException {
        OptionalLong start = startTime(pid);
        linux.writeFile(file(group), pid + " " + start.orElse(0) + "\n");
    }

    private String file(String group) {
        return directory.resolve(group).toString();
    }

    private Optional<First> first(String group) throws ErrnoException {
        if (!linux.exists(file(group))) {
            return Optional.empty();
        }
        // The longest line that was written may be followed by the end of an older one.
        String[] words = linux.readFile(file(group)).split("\n", 2)[0].split(" ", -1);
        if (words.length != 2) {
            return Optional.empty();
        }
        First first = new First(Integer.parseInt(words[0]), Long.parseLong(words[1]));
        OptionalLong now = startTime(first.pid);
        return now.isPresent() && now.getAsLong() == first.startTime ? Optional.of(first) : Optional.empty();
    }

    /** Of a process that lives. proc_pid_stat(5) */
    private OptionalLong startTime(int pid) {
        try {
            String stat = linux.readFile("/proc/" + pid + "/stat");
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            return fields[0].matches("[ZX]") ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(fields[19]));
        } catch (ErrnoException e) {
            return OptionalLong.empty();
        }
    }

    @Override
    public List<LimitWrite> apply(String group, Limits limits) throws ErrnoException {
        missing.check(group, limits);
        return List.of();
    }

    @Override
    public List<LimitWrite> differences(String group, Limits limits) {
        return List.of();
    }

    @Override
    public List<Unsupported> unsupported(Limits limits) throws ErrnoException {
        return missing.of(limits);
    }

    @Override
    public MemoryNotices memoryNotices() {
        return new MemoryNotices(linux, Optional.empty(), List.of());
    }

    @Override
    public Set<String> offered() {
        return Set.of();
    }

    @Override
    public List<LimitReport> report(String group, Limits limits) {
        return List.of();
    }

    @Override
    public List<Foreseen> foresee(String group, Limits limits) {
        return List.of();
    }

    @Override
    public JoinAtBirth join(String group) {
        return new JoinAtBirth(Optional.empty(), List.of());
    }

    @Override
    public Subgroup below(String group, String name) {
        return new NoSubgroup(join(group));
    }

    @Override
    public Set<String> below(String group) {
        return Set.of();
    }

    @Override
    public Set<Integer> processes(String group) throws ErrnoException {
        Optional<First> first = first(group);
        if (first.isEmpty()) {
            return Set.of();
        }
        Set<Integer> members = new TreeSet<>(Set.of(first.get().pid));
        Optional<Path> namespace = namespace(first.get().pid);
        try (Stream<Path> all = Files.list(Path.of("/proc"))) {
            all.map(process -> process.getFileName().toString())
                    .filter(name -> name.matches("[0-9]+"))
                    .map(Integer::parseInt)
                    .filter(pid -> namespace.isPresent() && namespace(pid).equals(namespace))
                    .forEach(members::add);
        } catch (IOException e) {
            throw new ErrnoException("list /proc", ErrnoException.ENOENT);
        }
        return members;
    }

    private static Optional<Path> namespace(int pid) {
        try {
            return Optional.of(Files.readSymbolicLink(Path.of("/proc", Integer.toString(pid), "ns/pid")));
        } catch (IOException e) {
            return Optional.empty(); // gone, or somebody else's
        }
    }

    @Override
    public boolean populated(String group) throws ErrnoException {
        return first(group).isPresent();
    }

    @Override
    public void freeze(String group) throws ErrnoException {
        throw new ErrnoException("freeze " + group + ": " + NONE, ErrnoException.ENOENT);
    }

    @Override
    public boolean isFrozen(String group) {
        return false;
    }

    @Override
    public void thaw(String group) throws ErrnoException {
        throw new ErrnoException("thaw " + group + ": " + NONE, ErrnoException.ENOENT);
    }

    @Override
    public void killAll(String group) throws ErrnoException {
        Optional<First> first = first(group);
        if (first.isEmpty()) {
            return;
        }
        int pidfd = linux.processes().open(first.get().pid);
        try {
            if (first(group).equals(first)) { // now the number can't become another's
                linux.processes().signal(pidfd, SIGKILL);
            }
        } catch (ErrnoException e) {
            if (e.errno() != ErrnoException.ESRCH) {
                throw e;
            }
        } finally {
            linux.close(pidfd);
        }
    }

    @Override
    public Removal remove(String group) throws ErrnoException {
        if (first(group).isPresent()) {
            return new Removal.Busy(directory.resolve(group), processes(group), "its first process lives");
        }
        if (linux.exists(file(group))) {
            linux.unlink(file(group));
        }
        return new Removal.Removed();
    }

    @Override
    public OptionalLong oomKills(String group) {
        return OptionalLong.empty();
    }

    @Override
    public OptionalLong forksRefused(String group) {
        return OptionalLong.empty();
    }

    @Override
    public Throttling throttling(String group) {
        return Throttling.NONE;
    }

    @Override
    public Usage usage(String group) {
        return Usage.unknown();
    }

    @Override
    public Hardship hardship(String group) {
        OptionalLong unknown = OptionalLong.empty();
        return new Hardship(unknown, unknown, unknown, Optional.empty(), unknown, Throttling.NONE, unknown);
    }

    @Override
    public Optional<Path> eventsFile(String group) {
        return Optional.empty();
    }

    @Override
    public boolean controlsDevices() {
        return false;
    }

    @Override
    public void removeParentIfEmpty() {
        try {
            if (list().isEmpty()) {
                linux.rmdir(directory.toString());
            }
        } catch (ErrnoException e) {
            // Then it stays, as an empty directory.
        }
    }
}
