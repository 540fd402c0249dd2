package io.bulkhead.config;

import io.bulkhead.spec.IdRange;
import io.bulkhead.spec.UserNamespace;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The keys {@code namespaces.user} and {@code user-namespace}. */
final class UserNamespaceReader {
    /** The largest number is (uid_t) -1, which means none. */
    private static final long LARGEST = 4_294_967_294L;
    /** UID_GID_MAP_MAX_EXTENTS */
    private static final int MOST_RANGES = 340;

    private static final Scalar<Boolean> PRIVATE = Scalar.either("private", "host");

    private final Section service;
    private final Section namespaces;

    UserNamespaceReader(Section service, Section namespaces) {
        this.service = service;
        this.namespaces = namespaces;
    }

    Optional<UserNamespace> read() {
        boolean own = namespaces.get("user", PRIVATE, false);
        Section keys = service.section("user-namespace");
        List<IdRange> users = map(keys, "uid-map").orElse(UserNamespace.DEFAULT_MAP);
        List<IdRange> groups = map(keys, "gid-map").orElse(users);
        UserNamespace read = new UserNamespace(users, groups, keys.get("idmap", Scalar.bool(), true));
        keys.done();
        UserNamespace unwritten = new UserNamespace(UserNamespace.DEFAULT_MAP, UserNamespace.DEFAULT_MAP, true);
        if (!own && !read.equals(unwritten)) {
            keys.conflict(List.of("uid-map", "gid-map", "idmap"), "users of its own need namespaces.user = private");
        }
        return own ? Optional.of(read) : Optional.empty();
    }

    private static Optional<List<IdRange>> map(Section keys, String key) {
        List<Section> sections = keys.sections(key, "a range { inside = 0, outside = 100000, size = 65536 }");
        if (!keys.isList(key)) {
            return Optional.empty();
        }
        List<IdRange> ranges = new ArrayList<>();
        boolean sound = true;
        for (Section section : sections) {
            Optional<IdRange> range = range(section);
            range.ifPresent(ranges::add);
            sound &= range.isPresent();
        }
        if (sound) {
            check(keys, key, ranges);
        }
        return Optional.of(ranges);
    }

    private static Optional<IdRange> range(Section section) {
        for (String key : List.of("inside", "outside", "size")) {
            if (!section.has(key)) {
                section.problem(key, "is required: a range is { inside = 0, outside = 100000, size = 65536 }");
            }
        }
        Optional<Long> inside = section.get("inside", Scalar.integer(0, LARGEST));
        // Root outside would be the host's own root.
        Optional<Long> outside = section.get("outside", Scalar.integer(1, LARGEST));
        Optional<Long> size = section.get("size", Scalar.integer(1, LARGEST));
        section.done();
        if (inside.isEmpty() || outside.isEmpty() || size.isEmpty()) {
            return Optional.empty();
        }
        if (Math.max(inside.get(), outside.get()) + size.get() - 1 > LARGEST) {
            section.problem("size", size.get() + " goes beyond " + LARGEST);
            return Optional.empty();
        }
        return Optional.of(new IdRange(inside.get(), outside.get(), size.get()));
    }

    private static void check(Section keys, String key, List<IdRange> ranges) {
        if (ranges.size() > MOST_RANGES) {
            keys.conflict(List.of(key), "has " + ranges.size() + " ranges: allowed are " + MOST_RANGES);
        }
        if (ranges.stream().noneMatch(range -> range.holds(0))) {
            keys.conflict(List.of(key), "has nothing for 0 inside, which its processes begin as");
        }
        for (int i = 0; i < ranges.size(); i++) {
            for (IdRange other : ranges.subList(0, i)) {
                IdRange range = ranges.get(i);
                if (overlap(range.inside(), range.size(), other.inside(), other.size())
                        || overlap(range.outside(), range.size(), other.outside(), other.size())) {
                    keys.conflict(List.of(key), "has two ranges that overlap: " + other + " and " + range);
                }
            }
        }
    }

    private static boolean overlap(long a, long sizeOfA, long b, long sizeOfB) {
        return a < b + sizeOfB && b < a + sizeOfA;
    }
}
