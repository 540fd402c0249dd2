package io.bulkhead.bench;

import io.bulkhead.control.wire.Json;
import io.bulkhead.seccomp.DefaultProfile;
import io.bulkhead.spec.Capability;
import io.bulkhead.spec.CapabilityChanges;
import io.bulkhead.spec.SeccompProfile;
import io.bulkhead.spec.SeccompProfile.Action;
import io.bulkhead.spec.SeccompProfile.Condition;
import io.bulkhead.spec.SeccompProfile.Rule;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The default profile as runc and crun take it in a bundle's {@code linux.seccomp}, for who keeps the default capabilities. */
final class OciProfile {
    private OciProfile() {}

    static String json() {
        SeccompProfile profile = DefaultProfile.PROFILE;
        Set<Capability> held = CapabilityChanges.NONE.kept();
        List<Object> rules = new ArrayList<>();
        for (Rule rule : profile.rules()) {
            if (held.containsAll(rule.includes().capabilities())
                    && (rule.excludes().capabilities().isEmpty()
                            || !held.containsAll(rule.excludes().capabilities()))) {
                rules.add(rule(rule));
            }
        }
        Map<String, Object> json = answer("defaultAction", "defaultErrnoRet", profile.otherwise());
        json.put("architectures", List.of("SCMP_ARCH_X86_64", "SCMP_ARCH_AARCH64"));
        json.put("syscalls", rules);
        return new String(Json.write(json), StandardCharsets.UTF_8).strip();
    }

    private static Map<String, Object> rule(Rule rule) {
        Map<String, Object> json = answer("action", "errnoRet", rule.action());
        json.put("names", rule.names());
        // libseccomp takes one comparison of an argument in a rule.
        Map<Integer, Object> arguments = new TreeMap<>();
        for (Condition condition : rule.conditions()) {
            arguments.putIfAbsent(condition.argument(), argument(condition));
        }
        json.put("args", List.copyOf(arguments.values()));
        return json;
    }

    private static Map<String, Object> argument(Condition condition) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("index", condition.argument());
        json.put("value", condition.value());
        json.put("valueTwo", condition.second());
        json.put("op", "SCMP_CMP_" + condition.operator());
        return json;
    }

    private static Map<String, Object> answer(String action, String errno, Action answer) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put(action, "SCMP_ACT_" + answer.kind());
        if (answer.kind() == SeccompProfile.Kind.ERRNO) {
            json.put(errno, answer.data());
        }
        return json;
    }
}
