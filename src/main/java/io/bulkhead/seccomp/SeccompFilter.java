package io.bulkhead.seccomp;

import io.bulkhead.seccomp.Bpf.Instruction;
import io.bulkhead.spec.Capability;
import io.bulkhead.spec.SeccompProfile;
import io.bulkhead.spec.SeccompProfile.Action;
import io.bulkhead.spec.SeccompProfile.Condition;
import io.bulkhead.spec.SeccompProfile.Kind;
import io.bulkhead.spec.SeccompProfile.Requirement;
import io.bulkhead.spec.SeccompProfile.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A profile as the program that decides every system call of a service, by some eight comparisons each.
 *
 * <p>A call by the numbers of another architecture (32-bit programs) ends the process: what such a number means isn't in the
 * profile. A number that is newer than the table of calls is answered with ENOSYS wherever the profile would answer with some
 * other error, so that a C library goes on with the older call.
 */
public final class SeccompFilter {
    /** The kernel's own limit, BPF_MAXINSNS. */
    private static final int LONGEST = 4096;

    private static final Action FOREIGN = new Action(Kind.KILL_PROCESS, 0);
    private static final Action UNKNOWN = Action.errno(38);

    /** What is done with a call: the first case whose conditions hold decides. */
    private record Verdict(List<Case> cases, Action otherwise) {}

    private record Case(List<Condition> conditions, Action action) {}

    /** A verdict for all numbers from {@code from} to where the next begins. */
    private record Range(int from, Verdict verdict) {}

    private final SeccompProfile profile;
    private final SystemCallTable table;

    private SeccompFilter(SeccompProfile profile, SystemCallTable table) {
        this.profile = profile;
        this.table = table;
    }

    /**
     * The filter, an array of {@code struct sock_filter}.
     *
     * @param held the service's capabilities, on which rules may depend
     * @throws IllegalArgumentException where the profile is too long to be one
     */
    public static byte[] compile(SeccompProfile profile, Set<Capability> held, Machine machine) {
        SeccompFilter filter = new SeccompFilter(profile, SystemCallTable.of(machine.architecture()));
        List<Instruction> program = new ArrayList<>();
        program.add(Bpf.load(Bpf.ARCHITECTURE));
        program.add(Bpf.ifEqual(machine.architecture().audit(), 1, 0));
        program.add(Bpf.giveBack(FOREIGN.code()));
        program.add(Bpf.load(Bpf.NUMBER));
        program.addAll(search(filter.ranges(held, machine)));
        if (program.size() > LONGEST) {
            throw new IllegalArgumentException(
                    "the seccomp profile takes " + program.size() + " instructions; the kernel takes " + LONGEST);
        }
        return Bpf.bytes(program);
    }

    private List<Range> ranges(Set<Capability> held, Machine machine) {
        Map<Integer, List<Case>> cases = new TreeMap<>();
        for (Rule rule : profile.rules()) {
            // As runc does: what repeats the default would else hide a later rule that doesn't.
            if (rule.action().equals(profile.otherwise()) || !applies(rule, held, machine)) {
                continue;
            }
            for (String name : rule.names()) {
                Integer number = table.numbers().get(name);
                if (number != null) {
                    List<Case> ofCall = cases.computeIfAbsent(number, n -> new ArrayList<>());
                    alternatives(rule.conditions()).forEach(all -> ofCall.add(new Case(all, rule.action())));
                }
            }
        }
        Verdict otherwise = new Verdict(List.of(), profile.otherwise());
        List<Range> ranges = new ArrayList<>();
        int next = 0;
        for (Map.Entry<Integer, List<Case>> call : cases.entrySet()) {
            if (call.getKey() > next) {
                append(ranges, next, otherwise);
            }
            append(ranges, call.getKey(), verdict(call.getValue()));
            next = call.getKey() + 1;
        }
        if (next <= table.highest()) {
            append(ranges, next, otherwise);
        }
        boolean refuses = profile.otherwise().kind() == Kind.ERRNO;
        append(ranges, table.highest() + 1, refuses ? new Verdict(List.of(), UNKNOWN) : otherwise);
        return ranges;
    }

    private static void append(List<Range> ranges, int from, Verdict verdict) {
        if (ranges.isEmpty() || !ranges.get(ranges.size() - 1).verdict.equals(verdict)) {
            ranges.add(new Range(from, verdict));
        }
    }

    private Verdict verdict(List<Case> cases) {
        List<Case> conditional = new ArrayList<>();
        for (Case one : cases) {
            if (one.conditions.isEmpty()) {
                return new Verdict(conditional, one.action);
            }
            conditional.add(one);
        }
        return new Verdict(conditional, profile.otherwise());
    }

    /** Several EQ of the same argument can't hold at once: as with runc, each is a rule of its own then. */
    private static List<List<Condition>> alternatives(List<Condition> conditions) {
        Map<Integer, Long> equalities = conditions.stream()
                .filter(c -> c.operator() == SeccompProfile.Operator.EQ)
                .collect(Collectors.groupingBy(Condition::argument, Collectors.counting()));
        return equalities.values().stream().anyMatch(count -> count > 1)
                ? conditions.stream().map(List::of).toList()
                : List.of(conditions);
    }

    private static boolean applies(Rule rule, Set<Capability> held, Machine machine) {
        Requirement includes = rule.includes();
        Requirement excludes = rule.excludes();
        String name = machine.architecture().goName();
        return held.containsAll(includes.capabilities())
                && (includes.architectures().isEmpty()
                        || includes.architectures().contains(name))
                && includes.minKernel().map(machine.kernel()::isAtLeast).orElse(true)
                && excludes.capabilities().stream().noneMatch(held::contains)
                && !excludes.architectures().contains(name)
                && !excludes.minKernel().map(machine.kernel()::isAtLeast).orElse(false);
    }

    /** A binary search for the range that the loaded number is in. */
    private static List<Instruction> search(List<Range> ranges) {
        if (ranges.size() == 1) {
            Verdict verdict = ranges.get(0).verdict;
            List<Instruction> piece = new ArrayList<>();
            verdict.cases.forEach(one -> piece.addAll(Bpf.when(one.conditions, one.action.code())));
            piece.add(Bpf.giveBack(verdict.otherwise.code()));
            return piece;
        }
        int middle = ranges.size() / 2;
        List<Instruction> below = search(ranges.subList(0, middle));
        List<Instruction> piece = new ArrayList<>();
        if (below.size() <= Bpf.LONGEST_JUMP) {
            piece.add(Bpf.ifAtLeast(ranges.get(middle).from, below.size(), 0));
        } else {
            piece.add(Bpf.ifAtLeast(ranges.get(middle).from, 0, 1));
            piece.add(Bpf.skip(below.size()));
        }
        piece.addAll(below);
        piece.addAll(search(ranges.subList(middle, ranges.size())));
        return piece;
    }
}
