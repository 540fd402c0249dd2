package io.bulkhead.cgroup;

import io.bulkhead.cgroup.fs.HostDevices;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The devices of the running host, as {@code /dev} and {@code /sys} have them. Thread-safe. */
public final class KernelDevices implements HostDevices {
    private static final int TYPE = 0170000;
    private static final int BLOCK = 0060000;
    private static final int CHARACTER = 0020000;

    private final Linux linux;
    /** What was found last: a disk that is pulled takes its limits along, and there is nothing to say about it. */
    private final Map<String, Node> known = new ConcurrentHashMap<>();

    public KernelDevices(Linux linux) {
        this.linux = linux;
    }

    @Override
    public Node node(String path) throws ErrnoException {
        try {
            Map<String, Object> attributes = Files.readAttributes(Path.of(path), "unix:mode,rdev");
            int type = (Integer) attributes.getOrDefault("mode", 0) & TYPE;
            if (type != BLOCK && type != CHARACTER) {
                throw new ErrnoException("find the device " + path + " (it is no device node)", ErrnoException.ENODEV);
            }
            long number = (Long) attributes.getOrDefault("rdev", 0L);
            // dev_t as the C library has it, makedev(3).
            int major = (int) (((number >> 8) & 0xfff) | ((number >> 32) & ~0xfff));
            int minor = (int) ((number & 0xff) | ((number >> 12) & ~0xff));
            Node node = new Node(type == BLOCK ? 'b' : 'c', major, minor);
            known.put(path, node);
            return node;
        } catch (IOException e) {
            Node last = known.get(path);
            if (last != null) {
                return last;
            }
            int errno = e instanceof NoSuchFileException ? ErrnoException.ENOENT : ErrnoException.EACCES;
            throw new ErrnoException("find the device " + path, errno);
        }
    }

    @Override
    public String disk(String device) throws ErrnoException {
        String number = device;
        if (device.startsWith("/")) {
            Node node = node(device);
            if (node.type() != 'b') {
                throw new ErrnoException("find the disk " + device + " (it is no block device)", ErrnoException.ENODEV);
            }
            number = node.major() + ":" + node.minor();
        }
        String partition = "/sys/dev/block/" + number;
        if (!linux.exists(partition + "/partition")) {
            return number;
        }
        try {
            return linux.readFile(Path.of(partition).toRealPath().getParent() + "/dev");
        } catch (IOException e) {
            throw new ErrnoException("find the disk of " + device, ErrnoException.ENOENT);
        }
    }
}
