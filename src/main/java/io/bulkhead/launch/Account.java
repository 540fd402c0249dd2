package io.bulkhead.launch;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.spec.Credentials;
import io.bulkhead.spec.ServiceSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Who a process is, in numbers.
 *
 * @param name the user's name, or its number where it has none
 * @param home the user's home directory, {@code /} where it has none
 * @param groups supplementary groups
 */
public record Account(int uid, int gid, List<Integer> groups, String name, String home) {
    /** Who a service's process is. */
    public static Account of(Linux linux, ServiceSpec spec) throws LaunchException, ErrnoException {
        try (RootDirectory root =
                new RootDirectory(linux, spec.rootfs(), spec.view().mounts())) {
            return resolve(spec.credentials(), root);
        }
    }

    /** Its own and the supplementary ones. */
    public List<Integer> allGroups() {
        List<Integer> all = new ArrayList<>(groups);
        all.add(gid);
        return all;
    }

    /** A line of passwd(5): name:password:uid:gid:gecos:home:shell. */
    private record Passwd(String name, int uid, int gid, String home) {}

    /** A line of group(5): name:password:gid:members. */
    private record Group(String name, int gid, List<String> members) {}

    /**
     * Looks names up in the rootfs' own {@code /etc/passwd} and {@code /etc/group}; a number needs no entry.
     *
     * @throws LaunchException for a name that isn't there
     */
    static Account resolve(Credentials credentials, RootDirectory root) throws LaunchException, ErrnoException {
        String user = credentials.user().orElse("0");
        List<Group> groups = groups(root.read("/etc/group").orElse(""));
        Optional<Passwd> entry = find(root.read("/etc/passwd").orElse(""), user);
        if (entry.isEmpty() && !isNumber(user)) {
            throw new LaunchException("user " + user + " is not in /etc/passwd of the rootfs");
        }
        int uid = entry.isPresent() ? entry.get().uid : Integer.parseInt(user);
        int gid = entry.map(Passwd::gid).orElse(0);
        if (credentials.group().isPresent()) {
            gid = groupId(credentials.group().get(), groups);
        }
        SortedSet<Integer> supplementary = new TreeSet<>();
        for (Group group : groups) {
            if (entry.isPresent() && group.members.contains(entry.get().name)) {
                supplementary.add(group.gid);
            }
        }
        for (String group : credentials.groups()) {
            supplementary.add(groupId(group, groups));
        }
        return new Account(
                uid,
                gid,
                List.copyOf(supplementary),
                entry.map(Passwd::name).orElse(user),
                entry.map(Passwd::home).filter(h -> !h.isEmpty()).orElse("/"));
    }

    private static Optional<Passwd> find(String passwd, String user) {
        for (String line : passwd.lines().toList()) {
            String[] fields = line.split(":", -1);
            boolean valid = fields.length >= 6 && isNumber(fields[2]) && isNumber(fields[3]);
            if (valid && (fields[0].equals(user) || fields[2].equals(user))) {
                return Optional.of(
                        new Passwd(fields[0], Integer.parseInt(fields[2]), Integer.parseInt(fields[3]), fields[5]));
            }
        }
        return Optional.empty();
    }

    private static List<Group> groups(String text) {
        List<Group> groups = new ArrayList<>();
        for (String line : text.lines().toList()) {
            String[] fields = line.split(":", -1);
            if (fields.length >= 4 && isNumber(fields[2])) {
                groups.add(new Group(fields[0], Integer.parseInt(fields[2]), List.of(fields[3].split(",", -1))));
            }
        }
        return groups;
    }

    private static int groupId(String name, List<Group> groups) throws LaunchException {
        for (Group group : groups) {
            if (group.name.equals(name)) {
                return group.gid;
            }
        }
        if (!isNumber(name)) {
            throw new LaunchException("group " + name + " is not in /etc/group of the rootfs");
        }
        return Integer.parseInt(name);
    }

    private static boolean isNumber(String text) {
        return !text.isEmpty()
                && text.length() <= 10
                && text.chars().allMatch(c -> c >= '0' && c <= '9')
                && Long.parseLong(text) <= Integer.MAX_VALUE;
    }
}
