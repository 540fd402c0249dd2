package io.bulkhead.cgroup.v2;

import io.bulkhead.cgroup.fs.Controller;
import io.bulkhead.cgroup.fs.FlatKeyed;
import io.bulkhead.cgroup.fs.Freezer;
import io.bulkhead.cgroup.fs.GroupFiles;
import io.bulkhead.cgroup.fs.Hierarchy;
import io.bulkhead.cgroup.fs.ParentGroup;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The v2 hierarchy: limits through the controllers it has, and tracking of processes even where it has none, beside v1.
 *
 * <p>Thread-safe.
 *
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v2.html">Control group v2</a>
 */
public final class UnifiedHierarchy implements Hierarchy {
    private static final String FREEZE = "cgroup.freeze";
    /** Few services need these, and every group of the host would have to pay for them. */
    private static final Set<String> ON_DEMAND = Set.of("cpuset", "hugetlb", "rdma", "misc");

    private final Linux linux;
    private final ParentGroup parent;
    private final List<Controller> managed;
    private final Map<String, String> refusals = new ConcurrentHashMap<>();

    /** @param managed the controllers we manage, whether or not this host's v2 hierarchy has them */
    public UnifiedHierarchy(Linux linux, ParentGroup parent, List<Controller> managed) {
        this.linux = linux;
        this.parent = parent;
        this.managed = List.copyOf(managed);
    }

    @Override
    public ParentGroup parent() {
        return parent;
    }

    @Override
    public void createParent() throws ErrnoException {
        parent.make();
        for (Path directory : parent.lineage()) {
            distribute(GroupFiles.in(linux, directory));
        }
    }

    @Override
    public boolean create(String group) throws ErrnoException {
        createParent();
        boolean isNew = parent.makeChild(group);
        for (Controller controller : managed) {
            if (controller.isBuiltIn()) {
                controller.prepare(parent.files(group));
            }
        }
        return isNew;
    }

    @Override
    public void bringDown(String controller) throws ErrnoException {
        for (Path directory : parent.lineage()) {
            GroupFiles files = GroupFiles.in(linux, directory);
            if (!words(files.read("cgroup.subtree_control")).contains(controller)) {
                distribute(files, controller);
            }
        }
    }

    /**
     * Hands the controllers of a group down to its children: all at once, and one at a time where the kernel refuses that.
     *
     * <p>A controller that stays refused is missing below; the reason is kept for whoever needs it.
     */
    // v2 forbids processes in a group that distributes controllers, so only parents get subtree_control. cgroups(7).
    void distribute(GroupFiles files) throws ErrnoException {
        List<String> wanted = new ArrayList<>(managed(words(files.read("cgroup.controllers"))));
        wanted.removeAll(ON_DEMAND);
        if (wanted.isEmpty()) {
            return;
        }
        wanted.removeAll(words(files.read("cgroup.subtree_control")));
        if (wanted.isEmpty()) {
            return;
        }
        try {
            files.write("cgroup.subtree_control", "+" + String.join(" +", wanted));
        } catch (ErrnoException e) {
            for (String controller : wanted) {
                distribute(files, controller);
            }
        }
    }

    private void distribute(GroupFiles files, String controller) {
        try {
            files.write("cgroup.subtree_control", "+" + controller);
            refusals.remove(controller);
        } catch (ErrnoException e) {
            refusals.put(controller, String.valueOf(e.getMessage()));
        }
    }

    @Override
    public List<Controller> controllers(String group) throws ErrnoException {
        Set<String> present = words(parent.files(group).read("cgroup.controllers"));
        return present(present);
    }

    @Override
    public List<Controller> offered() throws ErrnoException {
        Set<String> present = new java.util.HashSet<>(words(linux.readFile(top())));
        present.removeAll(refusals.keySet());
        return present(present);
    }

    private List<Controller> present(Set<String> names) {
        List<Controller> present = new ArrayList<>();
        for (Controller controller : managed) {
            if (controller.isBuiltIn() || names.contains(controller.name())) {
                present.add(controller);
            }
        }
        return present;
    }

    private String top() {
        return parent.lineage().get(0) + "/cgroup.controllers";
    }

    /** Why the kernel wouldn't hand a controller down, where it wouldn't. */
    public Optional<String> refusal(String controller) {
        return Optional.ofNullable(refusals.get(controller));
    }

    /** Whether a process is in the group or below it; false where the group doesn't exist. */
    public boolean populated(String group) throws ErrnoException {
        try {
            return FlatKeyed.value(parent.files(group).read("cgroup.events"), "populated")
                            .orElse(0)
                    > 0;
        } catch (ErrnoException e) {
            if (e.errno() == ErrnoException.ENOENT || e.errno() == ErrnoException.ENODEV) {
                return false;
            }
            throw e;
        }
    }

    @Override
    public Optional<Freezer> freezer() {
        // Linux 5.2 and later.
        return linux.exists(parent.directory() + "/" + FREEZE)
                ? Optional.of(new Freezer(FREEZE, "1", "0", "cgroup.events", "frozen 1"))
                : Optional.empty();
    }

    private List<String> managed(Set<String> present) {
        List<String> names = new ArrayList<>();
        for (Controller controller : managed) {
            if (present.contains(controller.name())) {
                names.add(controller.name());
            }
        }
        return names;
    }

    private static Set<String> words(String text) {
        return Set.of(text.strip().split("\\s+"));
    }
}
