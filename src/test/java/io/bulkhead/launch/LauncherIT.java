package io.bulkhead.launch;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.cgroup.CgroupDriver;
import io.bulkhead.cgroup.CgroupDrivers;
import io.bulkhead.cgroup.CgroupLayout;
import io.bulkhead.cgroup.JoinAtBirth;
import io.bulkhead.kernel.KernelTest;
import io.bulkhead.libc.Linux;
import io.bulkhead.libc.SyscallProgram;
import io.bulkhead.rootfs.RootfsBuild;
import io.bulkhead.spec.Namespaces;
import io.bulkhead.spec.NetworkNamespace;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.spec.SpecFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Launches that go wrong, and what they leave: nothing. */
@KernelTest
final class LauncherIT {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Linux linux = Linux.get();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @SuppressWarnings("NullAway.Init")
    private CgroupDriver cgroups;

    @SuppressWarnings("NullAway.Init")
    private Launcher launcher;

    @BeforeEach
    void open() throws Exception {
        new RootfsBuild(directory).binary("true").build();
        cgroups = CgroupDrivers.open(
                linux,
                CgroupLayout.discover(linux),
                Optional.of("/bulkhead-it-launch-" + ProcessHandle.current().pid()),
                Map.of());
        launcher = new Launcher(linux);
        cgroups.create("web");
    }

    @AfterEach
    void close() throws Exception {
        launcher.close();
        cgroups.remove("web");
        cgroups.removeParentIfEmpty();
        assertEquals(0, descriptors("bulkhead-it-launch"));
    }

    private ServiceSpec spec(String program) {
        return SpecFixture.with(SpecFixture.service("web"))
                .rootfs(directory)
                .command(program)
                .namespaces(Namespaces.DEFAULT.with(new NetworkNamespace.Private()))
                .startTimeout(Duration.ofMillis(300))
                .build();
    }

    private SyscallProgram.Child launch(ServiceSpec spec) throws LaunchException {
        JoinAtBirth join = cgroups.join("web");
        return launcher.launch(new LaunchRequest(
                spec,
                join.unified().map(Path::toString),
                join.tasksFiles().stream().map(Path::toString).toList(),
                Outputs.NOWHERE,
                cgroups.controlsDevices()));
    }

    private static long descriptors(String target) throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            return all.filter(fd -> {
                        try {
                            return Files.readSymbolicLink(fd).toString().contains(target);
                        } catch (IOException e) {
                            return false; // the one that lists
                        }
                    })
                    .count();
        }
    }

    @Test
    void oneThatHangsIsEndedAtItsDeadlineAndSaysWhere() throws Exception {
        boolean freezes = cgroups.join("web").unified().isPresent();
        if (!freezes) {
            System.out.println("SKIPPED oneThatHangs: no cgroup v2 to freeze a child in");
        }
        Assumptions.assumeTrue(freezes);
        cgroups.freeze("web");

        LaunchException refusal = assertThrows(LaunchException.class, () -> launch(spec("/bin/true")));

        assertEquals(
                "clone3: still not done after 300 ms (start.timeout)",
                refusal.limitedBy("start.timeout").getMessage());
        cgroups.thaw("web");
        await().atMost(PATIENCE).until(() -> !cgroups.populated("web"));
    }

    @Test
    void noDescriptorIsLeftOfAnyLaunch() throws Exception {
        long pidfds = descriptors("[pidfd]");

        for (int i = 0; i < 20; i++) {
            assertThrows(LaunchException.class, () -> launch(spec("/bin/nosuch")));
            SyscallProgram.Child child = launch(spec("/bin/true"));
            Optional<Integer> status = await().atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> linux.processes().waitStatus(child.pidfd()), Optional::isPresent);
            assertEquals(Optional.of(0), status);
            linux.close(child.pidfd());
        }

        assertEquals(pidfds, descriptors("[pidfd]"));
        // At most the spare one, once the thread that makes it is through: it holds the way back, too.
        await().atMost(PATIENCE).until(() -> descriptors("net:[") <= 1);
    }

    @Test
    void aProgramWithoutASlashIsLookedForInTheRootfs() throws Exception {
        LaunchException refusal = assertThrows(LaunchException.class, () -> launch(spec("nosuch")));

        assertTrue(
                String.valueOf(refusal.getMessage()).startsWith("execve nosuch: not found in PATH="),
                refusal.getMessage());
        SyscallProgram.Child child = launch(spec("true"));
        await().atMost(PATIENCE)
                .until(() -> linux.processes().waitStatus(child.pidfd()).isPresent());
        linux.close(child.pidfd());
    }
}
