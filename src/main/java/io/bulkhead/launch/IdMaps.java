package io.bulkhead.launch;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.spec.IdRange;
import io.bulkhead.spec.UserNamespace;
import java.util.List;

/** Who is who in a user namespace, which is said once, from outside. user_namespaces(7) */
final class IdMaps {
    private IdMaps() {}

    /** @param pid of the process in it */
    static void write(Linux linux, int pid, UserNamespace user) throws ErrnoException {
        String process = "/proc/" + pid;
        if (linux.geteuid() != 0) {
            // Else one who isn't root could leave a group that is there to keep it out.
            linux.writeFile(process + "/setgroups", "deny");
        }
        linux.writeFile(process + "/uid_map", text(user.uidMap()));
        linux.writeFile(process + "/gid_map", text(user.gidMap()));
    }

    private static String text(List<IdRange> map) {
        StringBuilder text = new StringBuilder();
        for (IdRange range : map) {
            text.append(range.inside())
                    .append(' ')
                    .append(range.outside())
                    .append(' ')
                    .append(range.size());
            text.append('\n');
        }
        return text.toString();
    }
}
