package io.bulkhead.cgroup;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What of the host's hierarchies a driver is given, so that one host tests more than its own layout. */
enum Flavour {
    HOST,
    V1_ONLY,
    V2_ONLY;

    CgroupLayout layout() throws ErrnoException {
        CgroupLayout host = CgroupLayout.discover(Linux.get());
        return switch (this) {
            case HOST -> host;
            case V1_ONLY -> new CgroupLayout(Optional.empty(), host.legacy());
            case V2_ONLY -> new CgroupLayout(host.unified(), List.of());
        };
    }

    /** Those that make a difference on this host; the others are said to be passed over. */
    static List<Flavour> available() throws ErrnoException {
        CgroupLayout host = CgroupLayout.discover(Linux.get());
        List<Flavour> flavours = new ArrayList<>(List.of(HOST));
        for (Flavour flavour : List.of(V1_ONLY, V2_ONLY)) {
            boolean mounted = flavour == V1_ONLY
                    ? !host.legacy().isEmpty()
                    : host.unified().isPresent();
            if (mounted && !flavour.layout().equals(host)) {
                flavours.add(flavour);
            } else {
                System.out.println("SKIPPED cgroup tests of " + flavour + ": "
                        + (mounted ? "it is the host's own layout" : "not mounted here"));
            }
        }
        return flavours;
    }
}
