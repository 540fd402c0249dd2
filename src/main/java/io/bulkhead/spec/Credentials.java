package io.bulkhead.spec;

import java.util.List;
import java.util.Optional;

/**
 * Who a service runs as: names to be looked up in its rootfs' own {@code /etc/passwd} and {@code /etc/group}, or decimal
 * numbers.
 *
 * @param user empty: root
 * @param group empty: the user's primary group
 * @param groups supplementary groups, beyond those {@code /etc/group} lists the user in
 */
public record Credentials(Optional<String> user, Optional<String> group, List<String> groups) {
    public static final Credentials ROOT = new Credentials(Optional.empty(), Optional.empty(), List.of());

    public Credentials {
        groups = List.copyOf(groups);
    }
}
