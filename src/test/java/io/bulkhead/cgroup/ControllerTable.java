package io.bulkhead.cgroup;

import io.bulkhead.cgroup.Probe.Verdict;
import io.bulkhead.libc.CgroupBpf;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Prints a table of every controller in both versions: made, held to its limit, changed live, put right after somebody changed
 * it, removed; each tried and measured on the running kernel. What the kernel doesn't offer is told with its reason.
 *
 * <p>{@code ControllerTable [SECONDS [KEY...]]}: the exit code is 1 where something didn't hold.
 */
public final class ControllerTable {
    private static final String GROUP = "probe";

    private final Linux linux = Linux.get();
    private final double seconds;
    private final Path file;
    private final Set<String> only;
    private boolean good = true;

    private ControllerTable(double seconds, Path file, Set<String> only) {
        this.seconds = seconds;
        this.file = file;
        this.only = only;
    }

    public static void main(String[] arguments) throws Exception {
        double seconds = arguments.length > 0 ? Double.parseDouble(arguments[0]) : 10;
        Set<String> only = Set.copyOf(List.of(arguments).subList(Math.min(1, arguments.length), arguments.length));
        Path file = fileOfSize((long) (Probes.fastest() * seconds));
        try {
            ControllerTable table = new ControllerTable(seconds, file, only);
            table.print();
            System.exit(table.good ? 0 : 1);
        } finally {
            Files.deleteIfExists(file);
        }
    }

    /** On whatever disk /var/tmp is, and no longer in memory alone. */
    private static Path fileOfSize(long bytes) throws IOException {
        Path file = Files.createTempFile(Path.of("/var/tmp"), "bulkhead-table", "");
        file.toFile().deleteOnExit();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            ByteBuffer block = ByteBuffer.allocate(1 << 20);
            for (long written = 0; written < bytes; written += block.capacity()) {
                block.clear();
                channel.write(block);
            }
            channel.force(true);
        }
        return file;
    }

    private void print() throws Exception {
        System.out.println("Linux " + System.getProperty("os.version") + ", " + System.getProperty("os.arch") + ", "
                + Runtime.getRuntime().availableProcessors() + " CPUs, " + seconds + " s each");
        line("CONTROLLER", "", "KEY", "CREATE", "LIMIT HOLDS", "LIVE CHANGE", "DRIFT REPAIRED", "REMOVED");
        CgroupLayout host = CgroupLayout.discover(linux);
        for (int version : new int[] {1, 2}) {
            CgroupLayout layout = version == 1
                    ? new CgroupLayout(Optional.empty(), host.legacy())
                    : new CgroupLayout(host.unified(), List.of());
            if (version == 1 ? layout.legacy().isEmpty() : layout.unified().isEmpty()) {
                System.out.println("v" + version + ": not mounted here");
                continue;
            }
            try (ProbeBed bed = new ProbeBed(version, layout)) {
                for (Probe probe : new Probes(version, seconds, file).all()) {
                    if (only.isEmpty() || only.contains(probe.key()) || only.contains(probe.controller())) {
                        row(bed, layout, probe);
                    }
                }
            }
        }
    }

    private void row(ProbeBed bed, CgroupLayout layout, Probe probe) throws Exception {
        Optional<String> missing = missing(bed, layout, probe);
        String version = "v" + bed.version;
        if (missing.isPresent()) {
            line(probe.controller(), version, probe.key(), missing.get());
            return;
        }
        List<String> cells = new ArrayList<>(List.of(probe.controller(), version, probe.key()));
        try {
            long begin = System.nanoTime();
            bed.driver.create(GROUP);
            bed.driver.apply(GROUP, probe.first());
            cells.add(String.format(Locale.ROOT, "%.1f ms", (System.nanoTime() - begin) / 1e6));
            cells.add(text(probe.check().measure(bed, GROUP, probe.first())));
            cells.add(probe.key().isEmpty() ? "-" : live(bed, probe));
            cells.add(probe.key().isEmpty() ? "-" : drift(bed, probe));
        } catch (ErrnoException e) {
            // The kernel has the controller, and the machine nothing for it to control.
            boolean bare = e.operation().contains("this machine has no");
            cells.add((bare ? "" : "FAILED ") + e.getMessage());
            good &= bare;
        }
        bed.kill(GROUP);
        cells.add(removed(bed));
        line(cells.toArray(String[]::new));
    }

    private Optional<String> missing(ProbeBed bed, CgroupLayout layout, Probe probe) throws ErrnoException {
        List<Unsupported> unsupported = bed.driver.unsupported(probe.first());
        if (!unsupported.isEmpty()) {
            return Optional.of(unsupported.get(0).reason());
        }
        if (probe.key().equals("devices")) {
            return bed.driver.controlsDevices()
                    ? Optional.empty()
                    : Optional.of("no devices controller, and no programs");
        }
        boolean built = bed.version == 2 && !probe.controller().contains("systemd");
        if (!probe.key().isEmpty() || built || layout.legacy(probe.controller()).isPresent()) {
            return inV2(bed, probe);
        }
        Optional<String> remedy = KernelControllers.read(linux).remedy(probe.controller());
        return Optional.of(
                bed.version == 2
                        ? "v2 needs none: it is v1's hierarchy of systemd"
                        : "not mounted ("
                                + remedy.orElse("mount -t cgroup -o " + probe.controller() + " cgroup /sys/fs/cgroup/"
                                        + probe.controller())
                                + ")");
    }

    /** v2 has no hierarchy for what only counts; every group has it. */
    private static Optional<String> inV2(ProbeBed bed, Probe probe) {
        return bed.version == 2 && probe.controller().equals("perf_event")
                ? Optional.of("every v2 group is one to perf -G")
                : Optional.empty();
    }

    private String live(ProbeBed bed, Probe probe) throws Exception {
        bed.driver.apply(GROUP, probe.second());
        return text(probe.check().measure(bed, GROUP, probe.second()));
    }

    private String drift(ProbeBed bed, Probe probe) throws ErrnoException {
        String file = probe.drift().file();
        if (file.equals("program")) {
            new CgroupBpf(linux)
                    .detachAll(bed.driver.join(GROUP).unified().orElseThrow().toString());
        } else {
            Optional<Path> found = bed.file(GROUP, file);
            if (found.isEmpty()) {
                return "no " + file;
            }
            boolean alone = Runtime.getRuntime().availableProcessors() == 1;
            if (alone && bed.version == 1 && file.equals("cpuset.cpus")) {
                return "one CPU";
            }
            bed.write(found.get(), probe.drift().content());
        }
        List<LimitWrite> drift = bed.driver.differences(GROUP, probe.second());
        bed.driver.apply(GROUP, probe.second());
        boolean repaired = !drift.isEmpty()
                && bed.driver.differences(GROUP, probe.second()).isEmpty();
        String before = drift.isEmpty() ? "not seen" : drift.get(0).before();
        return text(new Verdict(repaired, before.length() > 24 ? before.substring(0, 24) + "..." : before));
    }

    private String removed(ProbeBed bed) throws ErrnoException {
        Removal removal = bed.driver.remove(GROUP);
        boolean gone = removal instanceof Removal.Removed && !bed.driver.list().contains(GROUP);
        return text(new Verdict(gone, gone ? "yes" : removal.toString()));
    }

    private String text(Verdict verdict) {
        good &= verdict.good();
        return verdict.toString();
    }

    private static void line(String... cells) {
        int[] widths = {13, 3, 13, 8, 38, 38, 28, 3};
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < cells.length; i++) {
            line.append(i + 1 == cells.length ? cells[i] : String.format("%-" + widths[i] + "s ", cells[i]));
        }
        System.out.println(line);
    }
}
