package io.bulkhead.spec;

import java.util.Objects;
import java.util.regex.Pattern;

/**
 * The name of a service: also the name of its cgroup directory, of its output's streams and of its log files.
 *
 * @param value 1 to 100 characters of {@code A-Z a-z 0-9 _ . -}, the first a letter or a digit, so that it can neither
 *     leave a directory nor be taken for a kernel file ({@code cgroup.procs}) by a reader; {@code all} is reserved
 */
public record ServiceName(String value) implements Comparable<ServiceName> {
    /** What a name may be, in words, for error messages. */
    public static final String ALLOWED =
            "1 to 100 letters, digits, '_', '.' or '-', beginning with a letter or digit, not \"all\"";

    /** In characters; a file of the log has some thirty more. */
    public static final int LONGEST = 100;

    private static final Pattern VALID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,99}");
    /** The kernel's own files in a cgroup directory all begin with a controller's name and a dot. */
    private static final Pattern KERNELS =
            Pattern.compile("(cgroup|cpu|cpuacct|cpuset|memory|pids|io|blkio|devices|freezer|hugetlb|rdma|misc"
                    + "|net_cls|net_prio|perf_event)\\.");

    public ServiceName {
        Objects.requireNonNull(value);
        if (!isValid(value)) {
            throw new IllegalArgumentException("service name \"" + value + "\" is not " + ALLOWED);
        }
    }

    /** Whether {@code value} may name a service. */
    public static boolean isValid(String value) {
        return VALID.matcher(value).matches()
                && !value.equals("all")
                && !KERNELS.matcher(value).lookingAt();
    }

    /** Whether somebody who types {@code text} means, perhaps among others, the whole service. */
    public boolean isNamed(String text) {
        return Instance.isNamed(value, value, text);
    }

    @Override
    public int compareTo(ServiceName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
