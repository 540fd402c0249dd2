package io.bulkhead.cgroup.v1;

import io.bulkhead.cgroup.fs.Controller;
import io.bulkhead.cgroup.fs.GroupFiles;
import io.bulkhead.cgroup.fs.Setting;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.spec.Limits;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Device nodes: none but the harmless ones can be opened, whatever nodes a service makes for itself.
 *
 * <p>The policy is written before the first process joins: everything is denied, then what is listed is allowed.
 *
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v1/devices.html">Device whitelist controller</a>
 */
public final class Devices implements Controller {
    /** As {@code devices.list} shows them: type, major and minor number, and read, write, mknod. */
    static final List<String> ALLOWED = List.of(
            "c *:* m", // to make a node is harmless while it cannot be opened
            "b *:* m",
            "c 1:3 rwm", // null
            "c 1:5 rwm", // zero
            "c 1:7 rwm", // full
            "c 1:8 rwm", // random
            "c 1:9 rwm", // urandom
            "c 5:0 rwm", // tty
            "c 5:2 rwm", // ptmx
            "c 136:* rwm"); // pts/*

    @Override
    public String name() {
        return "devices";
    }

    @Override
    public Optional<String> demand(Limits limits) {
        return Optional.empty();
    }

    @Override
    public List<Setting> settings(Limits limits) {
        return List.of();
    }

    @Override
    public void prepare(GroupFiles files) throws ErrnoException {
        Set<String> inForce = Set.copyOf(files.read("devices.list").lines().toList());
        if (inForce.equals(Set.copyOf(ALLOWED))) {
            return;
        }
        files.write("devices.deny", "a");
        for (String rule : ALLOWED) {
            files.write("devices.allow", rule);
        }
    }
}
