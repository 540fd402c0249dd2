package io.bulkhead.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.config.ConfigLoader;
import io.bulkhead.control.ControlBed;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.spec.SpecChanges;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of the options of {@code run}: keys, as a configuration has them. */
final class DockerFlagsTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private Ctl.Result run(ControlBed bed, String... options) throws Exception {
        Files.createDirectories(directory.resolve("root"));
        List<String> words = new ArrayList<>(List.of("-s", "unix://" + bed.socket, "run", "-d", "--name", "box"));
        words.addAll(List.of("--rootfs", directory.resolve("root").toString()));
        words.addAll(List.of(options));
        words.addAll(List.of("--", "cmd", "-h", "two words"));
        return Ctl.run(words.toArray(String[]::new));
    }

    private ServiceSpec spec(String... options) throws Exception {
        try (ControlBed bed = new ControlBed(directory)) {
            assertEquals(new Ctl.Result(0, "box\n", ""), run(bed, options));
            Path file = Files.writeString(directory.resolve("box.conf"), bed.operations.oneOff());
            return Objects.requireNonNull(
                    new ConfigLoader().load(file).services().get(new ServiceName("box")));
        }
    }

    private Map<String, String> keys(String... options) throws Exception {
        ServiceSpec plain = spec();
        Map<String, String> keys = new TreeMap<>();
        SpecChanges.between(plain, spec(options)).forEach(change -> keys.put(change.path(), change.after()));
        return keys;
    }

    @Test
    void whatFollowsTheOptionsIsTheCommands() throws Exception {
        assertEquals(List.of("cmd", "-h", "two words"), spec().command());
    }

    @Test
    void limitsHaveDockersUnits() throws Exception {
        assertEquals(
                Map.of(
                        "cpu.period",
                        "50 ms",
                        "cpu.quota",
                        "20 ms",
                        "cpu.weight",
                        "50",
                        "cpu.cpus",
                        "0-1",
                        "cpu.mems",
                        "0"),
                keys(
                        "--cpu-period",
                        "50000",
                        "--cpu-quota=20000",
                        "-c",
                        "512",
                        "--cpuset-cpus",
                        "0,1",
                        "--cpuset-mems",
                        "0"));
        assertEquals(Map.of("cpu.period", "100 ms", "cpu.quota", "150 ms"), keys("--cpus", "1.5"));
        assertEquals(
                Map.of(
                        "memory.max",
                        "512 MiB",
                        "memory.swap",
                        "512 MiB",
                        "memory.low",
                        "1536 KiB",
                        "oom-score-adjust",
                        "500",
                        "pids.max",
                        "100"),
                keys(
                        "-m",
                        "512m",
                        "--memory-swap",
                        "1G",
                        "--memory-reservation",
                        "1.5MB",
                        "--oom-score-adj",
                        "500",
                        "--pids-limit",
                        "100"));
        assertEquals(
                Map.of("memory.max", "1 GiB", "memory.swap", "unlimited"), keys("--memory=1g", "--memory-swap", "-1"));
        assertEquals(Map.of("io.weight", "4500"), keys("--blkio-weight", "500"));
        assertEquals(
                Map.of("rlimits", "[core=unlimited:unlimited, nofile=1024:2048]"),
                keys("--ulimit", "nofile=1024:2048", "--ulimit", "core=-1"));
    }

    @Test
    void containmentIsAsDockerNamesIt() throws Exception {
        assertEquals(
                Map.ofEntries(
                        Map.entry("user", "1000"),
                        Map.entry("group", "7"),
                        Map.entry("groups", "[\"8\"]"),
                        Map.entry("workdir", "/tmp"),
                        Map.entry("hostname", "box.example"),
                        Map.entry("capabilities.add", "[NET_ADMIN]"),
                        Map.entry("capabilities.drop", "[ALL]"),
                        Map.entry("no-new-privileges", "false"),
                        Map.entry("seccomp", "unconfined"),
                        Map.entry("init", "true"),
                        Map.entry("namespaces.net", "private"),
                        Map.entry("namespaces.ipc", "host"),
                        Map.entry("namespaces.cgroup", "host"),
                        Map.entry("environment.A", "b=c"),
                        Map.entry("environment.E", ""),
                        Map.entry("stop.signal", "INT"),
                        Map.entry("stop.timeout", "3 s"),
                        Map.entry("restart.policy", "on-failure"),
                        Map.entry("restart.limit.attempts", "3")),
                keys(
                        "-u",
                        "1000:7",
                        "--group-add",
                        "8",
                        "-w",
                        "/tmp",
                        "-h",
                        "box.example",
                        "--cap-add",
                        "net_admin",
                        "--cap-drop",
                        "all",
                        "--security-opt",
                        "no-new-privileges=false",
                        "--security-opt",
                        "seccomp=unconfined",
                        "--init",
                        "--network",
                        "none",
                        "--cgroupns",
                        "host",
                        "--ipc",
                        "host",
                        "-e",
                        "A=b=c",
                        "-e",
                        "E=",
                        "--stop-signal",
                        "SIGINT",
                        "--stop-timeout",
                        "3",
                        "--restart",
                        "on-failure:3",
                        "--rm"));
    }

    @Test
    void mountsAreAsDockerNamesThem() throws Exception {
        String host = directory.toString();
        assertEquals(
                Map.of(
                        "rootfs.readonly",
                        "true",
                        "mounts",
                        "[" + host + ":/a rbind,ro,nodev, " + host
                                + ":/b rbind,slave,rw,nodev, tmpfs:/c mode=700,size=65536,rw,"
                                + "nosuid,nodev, tmpfs:/d mode=1777,size=1048576,ro,nosuid,nodev,noexec]"),
                keys(
                        "--read-only",
                        "-v",
                        host + ":/a:ro",
                        "--mount",
                        "type=bind,src=" + host + ",dst=/b,bind-propagation=rslave",
                        "--mount",
                        "type=tmpfs,dst=/c,tmpfs-size=64k,tmpfs-mode=700",
                        "--tmpfs",
                        "/d:size=1m,ro"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "-m=12x | --memory: \"12x\" is not a size: a number of bytes, or one with k, m, g or t",
                "--memory-swap=1g | --memory-swap needs --memory: it is both together",
                "--cpu-shares=1 | --cpu-shares: \"1\" is not 2 to 262144",
                "--blkio-weight=1001 | --blkio-weight: \"1001\" is not 10 to 1000",
                "--device-read-bps=/dev/sda | --device-read-bps: \"/dev/sda\" is not DEVICE:RATE such as /dev/sda:1mb",
                "--ulimit=nofile | --ulimit: \"nofile\" is not NAME=SOFT or NAME=SOFT:HARD",
                "--volume=/x | --volume: \"/x\" is not SRC:DST or SRC:DST:ro, DST an absolute path",
                "--tmpfs=/x:big | --tmpfs: \"big\" is not size=, mode=, ro, exec, suid, dev or no...",
                "--security-opt=apparmor=x | --security-opt: \"apparmor=x\" is not seccomp=... or no-new-privileges=...",
                "--network=bridge | --network: \"bridge\" is not none or host",
                "--restart=maybe | --restart: \"maybe\" is not no, on-failure, on-failure:ATTEMPTS, always or unless-stopped",
                "--device=/dev/a:/dev/b | --device: \"/dev/a:/dev/b\" is not PATH or PATH:ACCESS; a device has the same path inside",
                "-t | -d with -t: what nobody attends has no terminal"
            })
    void whatIsWrongIsSaidOfTheOption(String option, String message) throws Exception {
        try (ControlBed bed = new ControlBed(directory)) {
            assertEquals(new Ctl.Result(125, "", "error: " + message + "\n"), run(bed, option));
        }
    }

    @Test
    void whatTheReaderOfConfigurationsSaysIsSaidOfTheOptionToo() {
        ServiceDraft draft = new ServiceDraft();
        draft.put("--memory", "memory.max", "1 B");
        draft.add("--volume", "mounts", Map.of());

        assertEquals(
                "--memory: memory.max: 1 B is: too little",
                draft.explain("my.box", "/run/x.conf:1: services.\"my.box\".memory.max: 1 B is: too little"));
        assertEquals("--volume: mounts.0.target: no", draft.explain("box", "/x:12: services.box.mounts.0.target: no"));
        assertEquals("rootfs: is required", draft.explain("box", "/x:1: services.box.rootfs: is required"));
    }

    @Test
    void anUnknownOptionIsNoExitCodeOfTheCommands() throws Exception {
        try (ControlBed bed = new ControlBed(directory)) {
            Ctl.Result result = run(bed, "--privileged");

            assertEquals(125, result.code());
            assertTrue(result.err().startsWith("Unknown option: '--privileged'"), result.err());
        }
    }
}
