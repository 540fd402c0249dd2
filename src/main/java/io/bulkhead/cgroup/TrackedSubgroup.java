package io.bulkhead.cgroup;

import io.bulkhead.cgroup.fs.Freezer;
import io.bulkhead.cgroup.fs.ParentGroup;
import io.bulkhead.cgroup.fs.Tree;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A group below a service's in one hierarchy only, that by which processes are told apart and stopped: a dozen directories made and
 * removed for each command would cost more than the command.
 */
final class TrackedSubgroup implements Subgroup {
    private final String name;
    private final Path directory;
    private final Path above;
    private final JoinAtBirth service;
    private final ParentGroup parent;
    private final GroupKiller killer;
    private final GroupRemover remover;

    /** The service's group, seen as a parent. */
    private record Below(ParentGroup parent, Optional<Freezer> freezer) implements Tree {}

    /**
     * @param tree in which the service's group is
     * @param service how one gets into that group
     */
    TrackedSubgroup(Linux linux, Tree tree, String group, String name, JoinAtBirth service) {
        this.name = name;
        this.above = tree.parent().child(group);
        this.service = service;
        this.parent = new ParentGroup(linux, tree.parent().directory(), above);
        this.directory = parent.child(name);
        this.remover = new GroupRemover(linux);
        this.killer = new GroupKiller(linux, List.of(new Below(parent, tree.freezer())));
    }

    @Override
    public JoinAtBirth make() throws ErrnoException {
        // Never one that was there: into a group that was once killed, nobody can be born.
        if (!parent.makeChild(name)) {
            if (end() instanceof Removal.Busy) {
                throw new ErrnoException("mkdir " + directory, ErrnoException.EBUSY);
            }
            parent.makeChild(name);
        }
        boolean unified = service.unified().filter(above::equals).isPresent();
        return new JoinAtBirth(
                unified ? Optional.of(directory) : service.unified(),
                service.tasksFiles().stream()
                        .map(tasks -> above.equals(tasks.getParent()) ? directory.resolve("tasks") : tasks)
                        .toList());
    }

    @Override
    public Removal end() throws ErrnoException {
        if (!parent.has(name)) {
            return new Removal.Removed();
        }
        killer.killAll(name);
        return remover.remove(List.of(directory));
    }
}
