package io.bulkhead.cgroup.v1;

import io.bulkhead.cgroup.fs.Controller;
import io.bulkhead.cgroup.fs.Freezer;
import io.bulkhead.cgroup.fs.GroupFiles;
import io.bulkhead.cgroup.fs.Hierarchy;
import io.bulkhead.cgroup.fs.ParentGroup;
import io.bulkhead.libc.ErrnoException;
import java.util.List;
import java.util.Optional;

/**
 * One v1 hierarchy.
 *
 * @param parent our parent group in it
 * @param controllers those of its controllers that we manage; none for a hierarchy that only counts ({@code cpuacct})
 * @param freezes whether the freezer is among its controllers and needed
 */
public record LegacyHierarchy(ParentGroup parent, List<Controller> controllers, boolean freezes) implements Hierarchy {
    public LegacyHierarchy {
        controllers = List.copyOf(controllers);
    }

    @Override
    public void create(String group) throws ErrnoException {
        parent.make();
        parent.makeChild(group);
        GroupFiles files = parent.files(group);
        for (Controller controller : controllers) {
            controller.prepare(files);
        }
    }

    @Override
    public List<Controller> controllers(String group) {
        return controllers;
    }

    @Override
    public Optional<Freezer> freezer() {
        return freezes ? Optional.of(new Freezer("freezer.state", "FROZEN", "THAWED")) : Optional.empty();
    }
}
