package io.bulkhead.doctor;

import io.bulkhead.cgroup.CgroupLayout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** A host whose files are in a folder: at first a recent one that offers all, with v2 alone. */
final class FolderHost implements Host {
    static final String ARCHIVE = "/usr/lib/bulkhead/lib/supervisord-17.0.1+12-x86_64.jsa";

    private final Path root;
    final Set<Integer> unknownCalls = new HashSet<>();
    final Map<String, String> commands = new HashMap<>();
    boolean tellsExits = true;
    String architecture = "amd64";
    int user;
    final Set<String> writable = new HashSet<>();

    FolderHost(Path root) throws IOException {
        this.root = root;
        write("/proc/sys/kernel/osrelease", "6.18.0-test");
        write("/proc/cmdline", "quiet");
        write("/proc/self/status", "Name:\tx\nCapEff:\t000001ffffffffff\nCapBnd:\t000001ffffffffff");
        write("/proc/sys/kernel/seccomp/actions_avail", "kill allow");
        write("/proc/pressure/cpu", "some avg10=0.00");
        write("/proc/filesystems", "nodev\toverlay\n\text4");
        write("/proc/cgroups", "#subsys_name\thierarchy\tnum_cgroups\tenabled\nperf_event\t0\t1\t1");
        for (String kind : List.of("mnt", "pid", "uts", "ipc", "cgroup", "net", "user", "time")) {
            write("/proc/self/ns/" + kind, "");
        }
        write(ARCHIVE, "");
        mounts("unified");
        write("/sys/fs/cgroup/cgroup.controllers", "cpuset cpu io memory hugetlb pids rdma misc dmem");
        write("/sys/fs/cgroup/system.slice/cgroup.procs", "");
        write("/sys/fs/cgroup/system.slice/cgroup.kill", "");
        write("/sys/fs/cgroup/system.slice/cgroup.freeze", "");
    }

    void write(String path, String text) throws IOException {
        Path file = root.resolve(path.substring(1));
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    void delete(String path) throws IOException {
        Files.delete(root.resolve(path.substring(1)));
    }

    /** The mounts of a layout as cgroup's own tests have them, below a root on a disk. */
    void mounts(String layout) throws IOException {
        write("/proc/self/mountinfo", "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw\n" + fixture(layout));
    }

    private static String fixture(String layout) throws IOException {
        return Files.readString(Path.of("src/test/resources/io/bulkhead/cgroup/mountinfo-" + layout));
    }

    @Override
    public Optional<String> read(String path) {
        try {
            return Optional.of(Files.readString(root.resolve(path.substring(1))));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    @Override
    public boolean exists(String path) {
        return Files.exists(root.resolve(path.substring(1)));
    }

    @Override
    public List<String> directories(String path) {
        try (Stream<Path> entries = Files.list(root.resolve(path.substring(1)))) {
            return entries.filter(Files::isDirectory)
                    .map(entry -> entry.getFileName().toString())
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    @Override
    public CgroupLayout cgroups() {
        try {
            return CgroupLayout.parse(Files.readString(root.resolve("proc/self/mountinfo")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public boolean knows(int systemCall) {
        return !unknownCalls.contains(systemCall);
    }

    @Override
    public boolean tellsExits() {
        return tellsExits;
    }

    @Override
    public Optional<String> run(String... command) {
        return Optional.ofNullable(commands.get(String.join(" ", command)));
    }

    @Override
    public boolean mayWrite(String path) {
        return writable.contains(path);
    }

    @Override
    public String architecture() {
        return architecture;
    }

    @Override
    public int user() {
        return user;
    }
}
