package io.bulkhead.config;

import io.bulkhead.spec.Capability;
import io.bulkhead.spec.Confinement;
import io.bulkhead.spec.Seccomp;
import io.bulkhead.spec.SeccompProfile;
import io.bulkhead.spec.SeccompProfile.Action;
import io.bulkhead.spec.SeccompProfile.Condition;
import io.bulkhead.spec.SeccompProfile.Kernel;
import io.bulkhead.spec.SeccompProfile.Kind;
import io.bulkhead.spec.SeccompProfile.Operator;
import io.bulkhead.spec.SeccompProfile.Requirement;
import io.bulkhead.spec.SeccompProfile.Rule;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The key {@code seccomp}: {@code default}, {@code unconfined}, or the path of a profile in JSON, as OCI and Docker have it. */
final class SeccompReader {
    private static final int EPERM = 1;
    private static final String ACTION = "SCMP_ACT_";
    private static final Scalar<Kind> KIND = named(ACTION, Kind.values());
    private static final Scalar<Operator> OPERATOR = named("SCMP_CMP_", Operator.values());
    private static final Scalar<Integer> FLAG = new Scalar<>("a flag of seccomp(2)", SeccompReader::flag);
    private static final Scalar<Long> ARGUMENT = Scalar.unsigned();
    private static final Scalar<Kernel> KERNEL = new Scalar<>("a kernel's version such as 4.8", SeccompReader::kernel);
    private static final Scalar<Optional<Capability>> CAPABILITY =
            // One that we don't know is one that the service doesn't have.
            new Scalar<>("a capability", text -> Capability.parse(text));
    private static final Pattern VERSION = Pattern.compile("([0-9]{1,3})\\.([0-9]{1,3})(?:\\..*)?");

    private SeccompReader() {}

    /** Of the service; the default where it is wrong: then there is a problem more. */
    static Seccomp read(Section service) {
        Scalar<String> which = new Scalar<>("default, unconfined or the path of a profile", text -> {
            if (text.isBlank()) {
                throw new Refusal("is not default, unconfined or the path of a profile");
            }
            return text;
        });
        Optional<String> found = service.get("seccomp", which);
        if (found.isEmpty() || found.get().equals("default")) {
            return Confinement.DEFAULT.seccomp();
        }
        if (found.get().equals("unconfined")) {
            return new Seccomp.Unconfined();
        }
        Path file = service.resolve("seccomp", found.get());
        return service.json("seccomp", file)
                .<Seccomp>map(json -> new Seccomp.Custom(file, json.digest(), profile(json.section())))
                .orElse(Confinement.DEFAULT.seccomp());
    }

    private static SeccompProfile profile(Section json) {
        if (!json.has("defaultAction")) {
            json.problem("defaultAction", "is required: what happens to a call that no rule names");
        }
        Action otherwise = action(json, "defaultAction", "defaultErrnoRet");
        // Those of this machine are what counts: calls by another one's numbers are refused in any case.
        json.anything("architectures");
        json.anything("archMap");
        List<Rule> rules = new ArrayList<>();
        for (Section syscall : json.sections("syscalls", "a rule { names, action, ... }")) {
            rules.add(rule(syscall));
        }
        Optional<List<Integer>> flags = json.list("flags", FLAG);
        json.done("in a profile");
        return new SeccompProfile(
                otherwise,
                rules,
                flags.map(all -> all.stream().reduce(0, (a, b) -> a | b)).orElse(SeccompProfile.FLAG_SPEC_ALLOW));
    }

    private static Rule rule(Section syscall) {
        List<String> names = new ArrayList<>(syscall.list("names", Scalar.any()).orElse(List.of()));
        syscall.get("name", Scalar.any()).ifPresent(names::add);
        syscall.anything("comment");
        if (!syscall.has("action")) {
            syscall.problem("action", "is required: what happens to the calls named");
        }
        Rule rule = new Rule(
                names,
                action(syscall, "action", "errnoRet"),
                conditions(syscall),
                requirement(syscall.section("includes")),
                requirement(syscall.section("excludes")));
        syscall.done("in a rule");
        return rule;
    }

    private static Action action(Section section, String key, String errnoKey) {
        Kind kind = section.get(key, KIND, Kind.ERRNO);
        int errno = section.get(errnoKey, Scalar.integer(0, 4095), (long) EPERM).intValue();
        return new Action(kind, kind == Kind.ERRNO || kind == Kind.TRACE ? errno : 0);
    }

    private static List<Condition> conditions(Section syscall) {
        List<Condition> conditions = new ArrayList<>();
        for (Section argument : syscall.sections("args", "a condition { index, value, op }")) {
            for (String key : List.of("index", "op")) {
                if (!argument.has(key)) {
                    argument.problem(key, "is required");
                }
            }
            conditions.add(new Condition(
                    argument.get("index", Scalar.integer(0, 5), 0L).intValue(),
                    argument.get("op", OPERATOR, Operator.EQ),
                    argument.get("value", ARGUMENT, 0L),
                    argument.get("valueTwo", ARGUMENT, 0L)));
            argument.done("in a condition");
        }
        return conditions;
    }

    private static Requirement requirement(Section section) {
        Set<Capability> capabilities = new HashSet<>();
        List<Optional<Capability>> named = section.list("caps", CAPABILITY).orElse(List.of());
        named.forEach(one -> one.ifPresent(capabilities::add));
        Set<String> architectures =
                new HashSet<>(section.list("arches", Scalar.any()).orElse(List.of()));
        Requirement requirement = new Requirement(capabilities, architectures, section.get("minKernel", KERNEL));
        section.done("here");
        return requirement;
    }

    private static <E extends Enum<E>> Scalar<E> named(String prefix, E[] constants) {
        Map<String, E> names = new LinkedHashMap<>();
        for (E constant : constants) {
            names.put(prefix + constant.name(), constant);
        }
        String allowed = "one of " + String.join(", ", names.keySet());
        return new Scalar<>(allowed, text -> {
            // SCMP_ACT_KILL is the old name of killing the thread.
            E found = names.get(text.equals(ACTION + "KILL") ? ACTION + Kind.KILL_THREAD : text);
            if (found == null) {
                throw new Refusal("is not " + allowed + Nearest.hint(text, names.keySet()));
            }
            return found;
        });
    }

    private static int flag(String text) throws Refusal {
        return switch (text.toUpperCase(Locale.ROOT)) {
            case "SECCOMP_FILTER_FLAG_LOG" -> 2;
            case "SECCOMP_FILTER_FLAG_SPEC_ALLOW" -> SeccompProfile.FLAG_SPEC_ALLOW;
            // For processes of several threads, and for filters with a listener: a launch has neither.
            case "SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV" -> 0;
            default ->
                throw new Refusal("is not one of SECCOMP_FILTER_FLAG_LOG, SECCOMP_FILTER_FLAG_SPEC_ALLOW,"
                        + " SECCOMP_FILTER_FLAG_TSYNC, SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV");
        };
    }

    private static Kernel kernel(String text) throws Refusal {
        Matcher matcher = VERSION.matcher(text);
        if (!matcher.matches()) {
            throw new Refusal("is not a kernel's version such as 4.8");
        }
        return new Kernel(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
    }
}
