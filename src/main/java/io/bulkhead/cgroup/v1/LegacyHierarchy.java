package io.bulkhead.cgroup.v1;

import io.bulkhead.cgroup.fs.Controller;
import io.bulkhead.cgroup.fs.Freezer;
import io.bulkhead.cgroup.fs.GroupFiles;
import io.bulkhead.cgroup.fs.Hierarchy;
import io.bulkhead.cgroup.fs.ParentGroup;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** One v1 hierarchy. */
public final class LegacyHierarchy implements Hierarchy {
    private final Linux linux;
    private final ParentGroup parent;
    private final List<Controller> controllers;
    private final boolean freezes;

    /**
     * @param parent our parent group in it
     * @param controllers its own
     * @param freezes whether the freezer is among them and needed
     */
    public LegacyHierarchy(Linux linux, ParentGroup parent, List<Controller> controllers, boolean freezes) {
        this.linux = linux;
        this.parent = parent;
        this.controllers = List.copyOf(controllers);
        this.freezes = freezes;
    }

    @Override
    public ParentGroup parent() {
        return parent;
    }

    @Override
    public void createParent() throws ErrnoException {
        parent.make();
        List<Path> lineage = parent.lineage();
        for (Controller controller : controllers) {
            if (controller instanceof Cpuset) {
                // From the top down, but for the top, which has all there is.
                for (Path group : lineage.subList(1, lineage.size())) {
                    controller.prepare(GroupFiles.in(linux, group));
                }
            }
        }
    }

    @Override
    public boolean create(String group) throws ErrnoException {
        boolean isNew = !parent.has(group);
        if (isNew) {
            make(group);
        }
        GroupFiles files = parent.files(group);
        for (Controller controller : controllers) {
            controller.prepare(files);
        }
        return isNew;
    }

    /** The groups above are looked at where they are missing; a cpuset's each time, for it is filled from them. */
    private void make(String group) throws ErrnoException {
        if (controllers.stream().noneMatch(Cpuset.class::isInstance)) {
            try {
                parent.makeChild(group);
                return;
            } catch (ErrnoException e) {
                if (e.errno() != ErrnoException.ENOENT) {
                    throw e;
                }
            }
        }
        createParent();
        parent.makeChild(group);
    }

    @Override
    public List<Controller> controllers(String group) {
        return controllers;
    }

    @Override
    public List<Controller> offered() {
        return controllers;
    }

    @Override
    public void bringDown(String controller) {
        // Every group of a v1 hierarchy has all of its controllers.
    }

    @Override
    public Optional<Freezer> freezer() {
        return freezes
                ? Optional.of(new Freezer("freezer.state", "FROZEN", "THAWED", "freezer.state", "FROZEN"))
                : Optional.empty();
    }
}
