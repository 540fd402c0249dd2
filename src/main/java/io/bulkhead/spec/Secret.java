package io.bulkhead.spec;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Something a service is told and nobody else. Where it stands is known here, its text never is.
 *
 * @param name of the file in {@link #DIRECTORY}, or of the variable
 * @param source the host's file that holds it
 * @param digest of its text when the configuration was read, by a key that is as secret: tells it from another, and nothing
 *     else
 */
public record Secret(String name, Path source, Kind kind, String digest) {
    /** Where a service finds those that are files: memory, read-only, gone with the service. */
    public static final String DIRECTORY = "/run/secrets";

    /** In bytes. */
    public static final int LARGEST = 1 << 20;

    /** What a variable may hold beside its name: {@code MAX_ARG_STRLEN} of execve(2). */
    public static final int LARGEST_VARIABLE = 128 << 10;

    private static final int OTHERS = 0077;
    private static final String NONE = "none";

    /** How a service gets it. */
    public enum Kind {
        /** A file that only the service's user may read. */
        FILE,
        /** A variable of its environment, which its children inherit and its own user can read in /proc. */
        ENV
    }

    /**
     * Why nobody may rely on a file to be secret.
     *
     * @param owner its owner's uid
     * @param mode its permission bits
     * @param daemon the uid that the daemon runs as
     * @return behind the file's name, in words, with what is allowed; empty: it is safe
     */
    public static Optional<String> refusal(int owner, int mode, int daemon) {
        if (owner != 0 && owner != daemon) {
            return Optional.of("is owned by user " + Integer.toUnsignedString(owner) + ": allowed is root"
                    + (daemon == 0 ? "" : ", or the daemon's own user, " + daemon));
        }
        if ((mode & OTHERS) != 0) {
            return Optional.of(String.format(
                    "has mode %04o: allowed is what only its owner may use, such as 0600 or 0400", mode & 07777));
        }
        return Optional.empty();
    }

    /** All of them without what tells their texts apart: for people. */
    static String shown(List<Secret> secrets) {
        return secrets.stream().map(Secret::toString).toList().toString();
    }

    /** All of them with it: differs where one of them does. */
    static String compared(List<Secret> secrets) {
        return secrets.stream()
                .map(secret -> secret + " " + secret.digest)
                .toList()
                .toString();
    }

    /** What has changed about a secret, for people. */
    record Change(String before, String after) {}

    /** By name, those that differ. */
    static SortedMap<String, Change> changes(List<Secret> before, List<Secret> after) {
        Map<String, Secret> was = byName(before);
        Map<String, Secret> is = byName(after);
        SortedMap<String, Change> changes = new TreeMap<>();
        was.forEach((name, secret) -> {
            Secret now = is.get(name);
            if (now == null) {
                changes.put(name, new Change(secret.origin(), NONE));
            } else if (!now.origin().equals(secret.origin())) {
                changes.put(name, new Change(secret.origin(), now.origin()));
            } else if (!now.equals(secret)) {
                changes.put(name, new Change("", "(changed)"));
            }
        });
        is.forEach((name, secret) -> {
            if (!was.containsKey(name)) {
                changes.put(name, new Change(NONE, secret.origin()));
            }
        });
        return changes;
    }

    private static Map<String, Secret> byName(List<Secret> secrets) {
        Map<String, Secret> byName = new HashMap<>();
        secrets.forEach(secret -> byName.put(secret.name, secret));
        return byName;
    }

    /** {@code file} or {@code env}, and from where. */
    String origin() {
        return (kind == Kind.FILE ? "file" : "env") + " from " + source;
    }

    @Override
    public String toString() {
        return name + ": " + origin();
    }
}
