package io.bulkhead.control;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;

/**
 * Who is at the other end of a connection, as the kernel knows it. unix(7), SO_PEERCRED
 *
 * @param user the user's name, or its number where it has none
 * @param group the primary group's
 */
record Peer(String user, String group) {
    static Peer of(SocketChannel channel) throws IOException {
        UnixDomainPrincipal principal = channel.getOption(ExtendedSocketOptions.SO_PEERCRED);
        return new Peer(principal.user().getName(), principal.group().getName());
    }

    /** Root, or whom the daemon itself runs as. */
    boolean isOwner() {
        return user.equals("root") || user.equals(System.getProperty("user.name"));
    }

    /** Whether it may change anything: root, the daemon's own user, and members of the control group. */
    boolean mayChange(String controlGroup) {
        return isOwner() || group.equals(controlGroup) || members(controlGroup).contains(user);
    }

    private static List<String> members(String group) {
        try {
            for (String line : Files.readAllLines(Path.of("/etc/group"))) {
                String[] fields = line.split(":", -1);
                if (fields.length == 4 && fields[0].equals(group)) {
                    return List.of(fields[3].split(",", -1));
                }
            }
        } catch (IOException e) {
            // No group file, no members.
        }
        return List.of();
    }
}
