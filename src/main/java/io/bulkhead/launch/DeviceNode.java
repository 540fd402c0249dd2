package io.bulkhead.launch;

import io.bulkhead.spec.DeviceRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A device's node as the host has it, to be made again in a container's {@code /dev}.
 *
 * @param name below {@code /dev}: {@code net/tun}
 * @param mode type and permissions, inode(7)
 * @param number as mknod(2) takes it
 */
record DeviceNode(String name, int mode, int number, int uid, int gid) {
    private static final int TYPE = 0170000;
    private static final int BLOCK = 0060000;
    private static final int CHARACTER = 0020000;

    /** Every one that is asked for. */
    static List<DeviceNode> all(List<DeviceRule> rules) throws LaunchException {
        List<DeviceNode> nodes = new ArrayList<>();
        for (DeviceRule rule : rules) {
            nodes.add(of(rule.path()));
        }
        return nodes;
    }

    private static DeviceNode of(String path) throws LaunchException {
        try {
            Map<String, Object> stat = Files.readAttributes(Path.of(path), "unix:mode,rdev,uid,gid");
            int mode = (Integer) stat.getOrDefault("mode", 0);
            if ((mode & TYPE) != BLOCK && (mode & TYPE) != CHARACTER) {
                throw new LaunchException("devices: " + path + " is no device node");
            }
            // Below 2^32 the C library's dev_t and the kernel's are the same, makedev(3).
            long number = (Long) stat.getOrDefault("rdev", 0L);
            return new DeviceNode(
                    path.substring("/dev/".length()),
                    mode,
                    (int) number,
                    (Integer) stat.getOrDefault("uid", 0),
                    (Integer) stat.getOrDefault("gid", 0));
        } catch (IOException e) {
            throw new LaunchException("devices: stat " + path + ": " + e.getMessage());
        }
    }

    /** The directories above it below {@code /dev}, the outermost first. */
    List<String> directories() {
        List<String> directories = new ArrayList<>();
        for (int slash = name.indexOf('/'); slash > 0; slash = name.indexOf('/', slash + 1)) {
            directories.add(name.substring(0, slash));
        }
        return directories;
    }
}
