package io.bulkhead.cgroup.fs;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Our parent group in one hierarchy: all groups of services are right below it, and nothing outside it is touched.
 *
 * <p>What we make above the services' groups carries the sticky bit, which means nothing in cgroupfs. So a later daemon
 * knows what an earlier one made and may remove it, and a group that an administrator prepared stays.
 */
public final class ParentGroup {
    private static final int MADE_BY_US = 01000;

    private final Linux linux;
    private final Path base;
    private final Path directory;

    /**
     * @param base the topmost directory that is ours to use: the mount point, or a delegated group
     * @param directory the base or a directory below it
     */
    public ParentGroup(Linux linux, Path base, Path directory) {
        if (!directory.normalize().startsWith(base)) {
            throw new IllegalArgumentException(directory + " is not below " + base);
        }
        this.linux = linux;
        this.base = base;
        this.directory = directory.normalize();
    }

    public Path directory() {
        return directory;
    }

    /** The directory of a group, which need not exist. */
    public Path child(String group) {
        if (group.isEmpty() || group.equals(".") || group.equals("..") || group.indexOf('/') >= 0) {
            throw new IllegalArgumentException("\"" + group + "\" does not name a group");
        }
        return directory.resolve(group);
    }

    /** Its own. */
    public GroupFiles files() {
        return GroupFiles.in(linux, directory);
    }

    public GroupFiles files(String group) {
        return GroupFiles.in(linux, child(group));
    }

    public boolean has(String group) {
        return linux.exists(child(group).toString());
    }

    /** From the base down to the parent group itself. */
    public List<Path> lineage() {
        List<Path> lineage = new ArrayList<>();
        lineage.add(base);
        for (Path name : base.relativize(directory)) {
            if (!name.toString().isEmpty()) {
                lineage.add(lineage.get(lineage.size() - 1).resolve(name));
            }
        }
        return lineage;
    }

    /** Makes what is missing of the lineage. */
    public void make() throws ErrnoException {
        for (Path group : lineage()) {
            if (!linux.exists(group.toString())) {
                mkdir(group, 0755 | MADE_BY_US);
            }
        }
    }

    /**
     * Makes a group, unless it exists; the parent must.
     *
     * @return whether it wasn't there
     */
    public boolean makeChild(String group) throws ErrnoException {
        return mkdir(child(group), 0755);
    }

    private boolean mkdir(Path path, int mode) throws ErrnoException {
        try {
            linux.mkdir(path.toString(), mode);
            return true;
        } catch (ErrnoException e) {
            if (e.errno() != ErrnoException.EEXIST) {
                throw e;
            }
            return false;
        }
    }

    /** Removes the parent group, and what we made above it, as far as nothing is in it. */
    public void removeIfEmpty() {
        List<Path> lineage = lineage();
        for (int i = lineage.size() - 1; i > 0; i--) {
            try {
                if (linux.exists(lineage.get(i).toString())) {
                    if (!isOurs(lineage.get(i))) {
                        return;
                    }
                    linux.rmdir(lineage.get(i).toString());
                }
            } catch (ErrnoException | IOException e) {
                return; // something is in it, or somebody else was faster
            }
        }
    }

    private static boolean isOurs(Path group) throws IOException {
        return ((Integer) Files.getAttribute(group, "unix:mode") & MADE_BY_US) != 0;
    }
}
