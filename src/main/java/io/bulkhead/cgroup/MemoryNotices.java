package io.bulkhead.cgroup;

import io.bulkhead.cgroup.fs.GroupFiles;
import io.bulkhead.cgroup.fs.Hierarchy;
import io.bulkhead.cgroup.v2.UnifiedHierarchy;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.spec.Strain;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Has the kernel tell of want of memory in a group.
 *
 * @see <a href="https://docs.kernel.org/accounting/psi.html">Pressure Stall Information</a>
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v1/memory.html#oom-control">v1, OOM Control</a>
 */
public record MemoryNotices(Linux linux, Optional<UnifiedHierarchy> unified, List<Hierarchy> hierarchies) {
    private static final String PRESSURE = "memory.pressure";
    private static final String SYSTEM = "/proc/pressure/memory";

    /** What of {@code on} can't be noticed here, and why. */
    public List<Unsupported> unsupported(Strain on) throws ErrnoException {
        List<Unsupported> unsupported = new ArrayList<>();
        if (on.oom() && !countsMemory()) {
            unsupported.add(
                    new Unsupported(
                            "restart.on.oom",
                            "restart.on.oom needs the memory controller, which this host doesn't offer (supervisorctl doctor)"));
        }
        if (on.pressure().isPresent() && (unified.isEmpty() || !linux.exists(SYSTEM))) {
            String why = unified.isEmpty() ? "cgroup v2 isn't mounted" : "the kernel doesn't: boot it with psi=1";
            unsupported.add(new Unsupported(
                    "restart.on.memory-pressure.limit",
                    "restart.on.memory-pressure needs pressure stall information of cgroup v2, and " + why));
        }
        return unsupported;
    }

    private boolean countsMemory() throws ErrnoException {
        for (Hierarchy hierarchy : hierarchies) {
            if (hierarchy.offered().stream()
                    .anyMatch(controller -> controller.name().equals("memory"))) {
                return true;
            }
        }
        return false;
    }

    /** Of each time that the OOM killer acts in the group, or is about to; empty where the kernel can't tell. */
    public Optional<Notice> oom(String group) throws ErrnoException {
        for (Hierarchy hierarchy : hierarchies) {
            GroupFiles files = hierarchy.parent().files(group);
            if (files.has("memory.events")) {
                String file = files.directory().resolve("memory.events").toString();
                return Optional.of(new Notice(linux.open(file, Linux.O_RDONLY), true));
            }
            if (files.has("memory.oom_control")) {
                return Optional.of(legacyOom(files));
            }
        }
        return Optional.empty();
    }

    private Notice legacyOom(GroupFiles files) throws ErrnoException {
        int control = linux.open(files.directory().resolve("memory.oom_control").toString(), Linux.O_RDONLY);
        int eventfd = linux.eventfds().open();
        try {
            files.write("cgroup.event_control", eventfd + " " + control);
            return new Notice(eventfd, false);
        } catch (ErrnoException e) {
            linux.close(eventfd);
            throw e;
        } finally {
            linux.close(control);
        }
    }

    /**
     * Of each {@code window} in which all processes of the group have waited for memory for {@code stall} at once; empty without v2.
     *
     * @param window a multiple of 2 s, at most 10 s
     */
    public Optional<Notice> pressure(String group, Duration stall, Duration window) throws ErrnoException {
        Optional<Path> file = unified.map(v2 -> v2.parent().child(group).resolve(PRESSURE));
        if (file.isEmpty()) {
            return Optional.empty();
        }
        int fd = linux.open(file.get().toString(), Linux.O_RDWR | Linux.O_NONBLOCK);
        String trigger = String.format(Locale.US, "full %d %d", stall.toNanos() / 1_000, window.toNanos() / 1_000);
        try {
            linux.writeAll(fd, trigger.getBytes(StandardCharsets.US_ASCII), file.get() + " \"" + trigger + "\"");
            return Optional.of(new Notice(fd, true));
        } catch (ErrnoException e) {
            linux.close(fd);
            throw e;
        }
    }
}
