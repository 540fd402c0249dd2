package io.bulkhead.seccomp;

import io.bulkhead.spec.Capability;
import io.bulkhead.spec.SeccompProfile;
import io.bulkhead.spec.SeccompProfile.Action;
import io.bulkhead.spec.SeccompProfile.Condition;
import io.bulkhead.spec.SeccompProfile.Operator;
import io.bulkhead.spec.SeccompProfile.Requirement;
import io.bulkhead.spec.SeccompProfile.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a service may call unless its configuration says otherwise: as Docker's default profile, all that programs use, and
 * nothing that reaches the kernel's keys, modules, clocks, mounts, other namespaces or io_uring without the capability for it.
 */
public final class DefaultProfile {
    private static final int EPERM = 1;
    private static final int ENOSYS = 38;
    /** All of CLONE_NEW* that clone(2) takes. */
    private static final long NEW_NAMESPACES = 0x7e020000L;
    /** A host's own services listen there (vsock(7)). */
    private static final long AF_VSOCK = 40;
    /** The kernel's crypto: a large attack surface that next to nothing needs. */
    private static final long AF_ALG = 38;
    /** PER_LINUX, PER_LINUX32, UNAME26 with both, and the question what is set. personality(2) */
    private static final List<Long> PERSONALITIES = List.of(0L, 8L, 0x20000L, 0x20008L, 0xffffffffL);

    private static final Requirement ADMIN = requires(Capability.SYS_ADMIN);

    public static final SeccompProfile PROFILE =
            new SeccompProfile(Action.errno(EPERM), rules(), SeccompProfile.FLAG_SPEC_ALLOW);

    private DefaultProfile() {}

    private static List<Rule> rules() {
        Map<String, List<String>> names = new TreeMap<>();
        for (SystemCallTable.Row row : SystemCallTable.rows()) {
            names.computeIfAbsent(row.rule(), rule -> new ArrayList<>()).add(row.name());
        }
        List<Rule> rules = new ArrayList<>();
        names.forEach((rule, calls) -> {
            if (rule.equals("+")) {
                rules.add(allow(calls, Requirement.NONE));
            } else if (Character.isLetter(rule.charAt(0))) {
                for (String capability : rule.split(",", -1)) {
                    rules.add(allow(calls, requires(Capability.valueOf(capability))));
                }
            }
        });
        for (long personality : PERSONALITIES) {
            rules.add(allow("personality", new Condition(0, Operator.EQ, personality, 0)));
        }
        rules.add(
                allow("socket", new Condition(0, Operator.NE, AF_VSOCK, 0), new Condition(0, Operator.NE, AF_ALG, 0)));
        rules.add(allow(List.of("clone", "clone3"), ADMIN));
        rules.add(allow("clone", new Condition(0, Operator.MASKED_EQ, NEW_NAMESPACES, 0)));
        // Its flags are in memory, where no filter can look; told that there is no such call, a C library uses clone.
        rules.add(new Rule(List.of("clone3"), Action.errno(ENOSYS), List.of(), Requirement.NONE, ADMIN));
        return rules;
    }

    private static Rule allow(List<String> names, Requirement includes) {
        return new Rule(names, Action.ALLOW, List.of(), includes, Requirement.NONE);
    }

    private static Rule allow(String name, Condition... conditions) {
        return new Rule(List.of(name), Action.ALLOW, List.of(conditions), Requirement.NONE, Requirement.NONE);
    }

    private static Requirement requires(Capability capability) {
        return new Requirement(Set.of(capability), Set.of(), Optional.empty());
    }
}
