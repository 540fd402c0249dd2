package io.bulkhead.seccomp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.seccomp.Machine.Architecture;
import io.bulkhead.spec.Capability;
import io.bulkhead.spec.SeccompProfile;
import io.bulkhead.spec.SeccompProfile.Action;
import io.bulkhead.spec.SeccompProfile.Condition;
import io.bulkhead.spec.SeccompProfile.Kernel;
import io.bulkhead.spec.SeccompProfile.Kind;
import io.bulkhead.spec.SeccompProfile.Operator;
import io.bulkhead.spec.SeccompProfile.Requirement;
import io.bulkhead.spec.SeccompProfile.Rule;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SeccompFilterTest {
    private static final Machine X86 = new Machine(Architecture.X86_64, new Kernel(6, 1));
    private static final int ALLOW = Action.ALLOW.code();
    private static final int EPERM = Action.errno(1).code();
    private static final int ENOSYS = Action.errno(38).code();

    private static int run(SeccompProfile profile, Set<Capability> held, Machine machine, String call, long... args) {
        int number = SystemCallTable.of(machine.architecture()).numbers().getOrDefault(call, -1);
        return SocketFilter.of(SeccompFilter.compile(profile, held, machine))
                .run(machine.architecture().audit(), number, args);
    }

    private static int byDefault(String call, long... args) {
        return run(DefaultProfile.PROFILE, Capability.DEFAULT, X86, call, args);
    }

    private static SeccompProfile profile(Rule... rules) {
        return new SeccompProfile(Action.errno(1), List.of(rules), 0);
    }

    private static Rule rule(String name, Action action, Condition... conditions) {
        return new Rule(List.of(name), action, List.of(conditions), Requirement.NONE, Requirement.NONE);
    }

    @Test
    void defaultAllowsWhatProgramsUse() {
        for (String call : List.of(
                "read", "write", "openat", "execve", "mmap", "futex", "ptrace", "chroot", "mknod", "seccomp",
                "prctl")) {
            assertEquals(ALLOW, byDefault(call), call);
        }
        assertEquals(ALLOW, byDefault("clone", 0x01200011)); // as fork does it
        assertEquals(ALLOW, byDefault("socket", 2));
        assertEquals(ALLOW, byDefault("personality", 0xffffffffL));
    }

    @Test
    void defaultRefusesWhatReachesTheHost() {
        for (String call : List.of(
                "mount",
                "unshare",
                "setns",
                "keyctl",
                "add_key",
                "bpf",
                "perf_event_open",
                "io_uring_setup",
                "kexec_load",
                "init_module",
                "reboot",
                "settimeofday",
                "swapon",
                "userfaultfd",
                "open_by_handle_at",
                "pivot_root")) {
            assertEquals(EPERM, byDefault(call), call);
        }
        assertEquals(EPERM, byDefault("clone", 0x10000000)); // CLONE_NEWUSER
        assertEquals(EPERM, byDefault("socket", 40)); // AF_VSOCK
        assertEquals(EPERM, byDefault("socket", 38)); // AF_ALG
        assertEquals(EPERM, byDefault("personality", 0x0040000)); // ADDR_NO_RANDOMIZE
        assertEquals(ENOSYS, byDefault("clone3"));
    }

    @Test
    void capabilitiesOpenWhatTheyAreFor() {
        Set<Capability> held = EnumSet.of(Capability.SYS_ADMIN, Capability.SYS_TIME);

        for (String call : List.of("mount", "unshare", "bpf", "settimeofday", "clone3")) {
            assertEquals(ALLOW, run(DefaultProfile.PROFILE, held, X86, call), call);
        }
        assertEquals(ALLOW, run(DefaultProfile.PROFILE, held, X86, "clone", 0x10000000));
        assertEquals(EPERM, run(DefaultProfile.PROFILE, held, X86, "init_module"));
        assertEquals(ALLOW, run(DefaultProfile.PROFILE, Set.of(Capability.BPF), X86, "bpf"));
    }

    @Test
    void newerCallsDoNotExistAndForeignOnesAreFatal() {
        SocketFilter filter = SocketFilter.of(SeccompFilter.compile(DefaultProfile.PROFILE, Set.of(), X86));

        assertEquals(ENOSYS, filter.run(Architecture.X86_64.audit(), 9_999));
        assertEquals(ENOSYS, filter.run(Architecture.X86_64.audit(), 0x40000000)); // x32
        assertEquals(Kind.KILL_PROCESS, kind(filter.run(0x40000003, 1))); // i386
    }

    private static Kind kind(int code) {
        for (Kind kind : Kind.values()) {
            if (new Action(kind, 0).code() == code) {
                return kind;
            }
        }
        throw new AssertionError(Integer.toHexString(code));
    }

    /** Every call of the table, by the compiled search and by a plain look through the rules. */
    @ParameterizedTest
    @EnumSource(Architecture.class)
    void theSearchFindsEveryNumber(Architecture architecture) {
        Machine machine = new Machine(architecture, new Kernel(6, 1));
        SocketFilter filter =
                SocketFilter.of(SeccompFilter.compile(DefaultProfile.PROFILE, Capability.DEFAULT, machine));

        SystemCallTable.of(architecture).numbers().forEach((name, number) -> {
            boolean allowed = DefaultProfile.PROFILE.rules().stream()
                    .anyMatch(rule -> rule.names().contains(name)
                            && rule.action().equals(Action.ALLOW)
                            && Capability.DEFAULT.containsAll(rule.includes().capabilities())
                            && rule.conditions().stream().allMatch(c -> holds(c, 2)));
            int expected = allowed ? ALLOW : name.equals("clone3") ? ENOSYS : EPERM;
            assertEquals(expected, filter.run(architecture.audit(), number, 2, 2, 2, 2, 2, 2), name);
        });
    }

    private static boolean holds(Condition condition, long argument) {
        int order = Long.compareUnsigned(argument, condition.value());
        return switch (condition.operator()) {
            case NE -> order != 0;
            case LT -> order < 0;
            case LE -> order <= 0;
            case EQ -> order == 0;
            case GE -> order >= 0;
            case GT -> order > 0;
            case MASKED_EQ -> (argument & condition.value()) == condition.second();
        };
    }

    @ParameterizedTest
    @EnumSource(Operator.class)
    void comparesAllBitsOfAnArgument(Operator operator) {
        Random random = new Random(4711);
        List<Long> values = new ArrayList<>(List.of(0L, 1L, -1L, 0xffffffffL, 0x100000000L, Long.MIN_VALUE));
        random.longs(10).forEach(values::add);
        for (long value : values) {
            long second = value & 0x0f0f0f0f0f0f0f0fL;
            Condition condition = new Condition(3, operator, value, second);
            SeccompProfile profile = profile(rule("ioctl", Action.ALLOW, condition));
            SocketFilter filter = SocketFilter.of(SeccompFilter.compile(profile, Set.of(), X86));
            for (long argument : values) {
                for (long near : new long[] {argument, argument + 1, second, second | ~value}) {
                    assertEquals(
                            holds(condition, near) ? ALLOW : EPERM,
                            filter.run(X86.architecture().audit(), 16, 0, 0, 0, near),
                            () -> condition + " " + near);
                }
            }
        }
    }

    @Test
    void theFirstRuleThatHoldsDecides() {
        SeccompProfile profile = profile(
                rule("dup", Action.errno(9), new Condition(0, Operator.EQ, 7, 0)),
                rule("dup", Action.ALLOW, new Condition(0, Operator.LT, 10, 0), new Condition(0, Operator.GT, 5, 0)),
                rule("close", Action.errno(1), new Condition(0, Operator.EQ, 3, 0)),
                rule("close", Action.ALLOW),
                rule("nosuchcall", Action.ALLOW));

        assertEquals(Action.errno(9).code(), run(profile, Set.of(), X86, "dup", 7));
        assertEquals(ALLOW, run(profile, Set.of(), X86, "dup", 8));
        assertEquals(EPERM, run(profile, Set.of(), X86, "dup", 4));
        assertEquals(EPERM, run(profile, Set.of(), X86, "dup", 10));
        assertEquals(ALLOW, run(profile, Set.of(), X86, "close", 3), "what repeats the default hides nothing");
    }

    @Test
    void equalitiesOfOneArgumentAreAlternatives() {
        SeccompProfile profile = profile(rule(
                "personality", Action.ALLOW, new Condition(0, Operator.EQ, 0, 0), new Condition(0, Operator.EQ, 8, 0)));

        assertEquals(ALLOW, run(profile, Set.of(), X86, "personality", 0));
        assertEquals(ALLOW, run(profile, Set.of(), X86, "personality", 8));
        assertEquals(EPERM, run(profile, Set.of(), X86, "personality", 4));
    }

    @ParameterizedTest
    @ValueSource(strings = {"kernel", "architecture", "excluded capability", "excluded architecture"})
    void rulesThatDoNotApplyArePassedOver(String why) {
        Requirement includes = switch (why) {
            case "kernel" -> new Requirement(Set.of(), Set.of(), Optional.of(new Kernel(6, 2)));
            case "architecture" -> new Requirement(Set.of(), Set.of("arm64"), Optional.empty());
            default -> Requirement.NONE;
        };
        Requirement excludes = switch (why) {
            case "excluded capability" -> new Requirement(Set.of(Capability.KILL), Set.of(), Optional.empty());
            case "excluded architecture" -> new Requirement(Set.of(), Set.of("amd64"), Optional.empty());
            default -> Requirement.NONE;
        };
        SeccompProfile profile = profile(new Rule(List.of("dup"), Action.ALLOW, List.of(), includes, excludes));

        assertEquals(EPERM, run(profile, Capability.DEFAULT, X86, "dup"));
    }

    @Test
    void aProfileThatIsTooLongIsRefused() {
        List<Rule> rules = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            rules.add(rule("dup", Action.ALLOW, new Condition(0, Operator.EQ, i, 0)));
        }
        SeccompProfile profile = new SeccompProfile(Action.errno(1), rules, 0);

        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> SeccompFilter.compile(profile, Set.of(), X86));

        assertTrue(String.valueOf(e.getMessage()).contains("the kernel takes 4096"), e.getMessage());
    }
}
