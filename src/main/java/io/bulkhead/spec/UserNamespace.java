package io.bulkhead.spec;

import java.util.List;
import java.util.OptionalLong;

/**
 * Whom a service's users and groups are on the host, where they are others.
 *
 * @param uidMap root's number 0 among them
 * @param gidMap likewise
 * @param idmap whether the files of its root and mounts keep the owners they have on the disk; else they belong to whom the
 *     outside numbers name
 * @see <a href="https://man7.org/linux/man-pages/man7/user_namespaces.7.html">user_namespaces(7)</a>
 */
public record UserNamespace(List<IdRange> uidMap, List<IdRange> gidMap, boolean idmap) {
    /**
     * As many as 16 bits number, from where no distribution and no systemd puts users: above those of its containers.
     */
    public static final List<IdRange> DEFAULT_MAP = List.of(new IdRange(0, 0x70000000L, 65_536));

    public UserNamespace {
        uidMap = List.copyOf(uidMap);
        gidMap = List.copyOf(gidMap);
    }

    /** The host's number of a user inside; empty where it has none. */
    public OptionalLong hostUid(long uid) {
        return outside(uidMap, uid);
    }

    /** The host's number of a group inside; empty where it has none. */
    public OptionalLong hostGid(long gid) {
        return outside(gidMap, gid);
    }

    private static OptionalLong outside(List<IdRange> map, long id) {
        for (IdRange range : map) {
            if (range.holds(id)) {
                return OptionalLong.of(range.outside() + id - range.inside());
            }
        }
        return OptionalLong.empty();
    }
}
