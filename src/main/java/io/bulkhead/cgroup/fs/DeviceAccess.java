package io.bulkhead.cgroup.fs;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.spec.DeviceRule;
import io.bulkhead.spec.Limits;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which devices a group's processes may do what with; whatever node they make, others can't be opened.
 *
 * @param type {@code b} or {@code c}
 * @param major {@link #ANY}: every one
 * @param minor {@link #ANY}: every one
 * @param access some of {@code r}, {@code w}, {@code m}
 */
public record DeviceAccess(char type, int major, int minor, String access) {
    public static final int ANY = -1;

    /** What every service may use, as with Docker. */
    public static final List<DeviceAccess> EVERYBODYS = List.of(
            new DeviceAccess('c', ANY, ANY, "m"), // to make a node is harmless while it cannot be opened
            new DeviceAccess('b', ANY, ANY, "m"),
            new DeviceAccess('c', 1, 3, DeviceRule.ALL), // null
            new DeviceAccess('c', 1, 5, DeviceRule.ALL), // zero
            new DeviceAccess('c', 1, 7, DeviceRule.ALL), // full
            new DeviceAccess('c', 1, 8, DeviceRule.ALL), // random
            new DeviceAccess('c', 1, 9, DeviceRule.ALL), // urandom
            new DeviceAccess('c', 5, 0, DeviceRule.ALL), // tty
            new DeviceAccess('c', 5, 2, DeviceRule.ALL), // ptmx
            new DeviceAccess('c', 136, ANY, DeviceRule.ALL)); // pts/*

    /** Everybody's and those asked for; of two that mean the same device the accesses are joined. */
    public static List<DeviceAccess> of(Limits limits, HostDevices devices) throws ErrnoException {
        if (limits.devices().isEmpty()) {
            return EVERYBODYS;
        }
        Map<String, DeviceAccess> all = new LinkedHashMap<>();
        EVERYBODYS.forEach(access -> all.put(access.device(), access));
        for (DeviceRule rule : limits.devices()) {
            HostDevices.Node node = devices.node(rule.path());
            DeviceAccess access = new DeviceAccess(node.type(), node.major(), node.minor(), rule.access());
            all.merge(access.device(), access, DeviceAccess::joined);
        }
        return new ArrayList<>(all.values());
    }

    /** {@code c 1:3}, without the access. */
    public String device() {
        return type + " " + (major == ANY ? "*" : major) + ":" + (minor == ANY ? "*" : minor);
    }

    /** What this has of {@code r}, {@code w}, {@code m} and {@code other} hasn't. */
    public String beyond(String other) {
        StringBuilder more = new StringBuilder();
        for (int i = 0; i < access.length(); i++) {
            char c = access.charAt(i);
            if (other.indexOf(c) < 0) {
                more.append(c);
            }
        }
        return more.toString();
    }

    private DeviceAccess joined(DeviceAccess other) {
        StringBuilder both = new StringBuilder();
        for (int i = 0; i < DeviceRule.ALL.length(); i++) {
            char c = DeviceRule.ALL.charAt(i);
            if (access.indexOf(c) >= 0 || other.access.indexOf(c) >= 0) {
                both.append(c);
            }
        }
        return new DeviceAccess(type, major, minor, both.toString());
    }

    /** As the kernel's {@code devices.list} has it: {@code c 1:3 rwm}. */
    @Override
    public String toString() {
        return device() + " " + access;
    }
}
