package io.bulkhead.daemon;

import io.bulkhead.libc.Linux;
import io.bulkhead.spec.Hook;
import io.bulkhead.spec.HookPoint;
import io.bulkhead.spec.Hooks;
import io.bulkhead.spec.HostSpec;
import io.bulkhead.spec.IdRange;
import io.bulkhead.spec.Namespaces;
import io.bulkhead.spec.NetworkNamespace;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.spec.UserNamespace;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What services are where the daemon isn't root: each in a user namespace whose root is the daemon's user, who is the only one it
 * may map.
 */
final class Rootless {
    private final UserNamespace user;

    Rootless(int uid, int gid) {
        this.user = new UserNamespace(List.of(new IdRange(0, uid, 1)), List.of(new IdRange(0, gid, 1)), false);
    }

    /** Empty where the daemon is root. */
    static Optional<Rootless> of(Linux linux) {
        return linux.geteuid() == 0 ? Optional.empty() : Optional.of(new Rootless(linux.geteuid(), linux.getegid()));
    }

    /** What an operator should know. */
    static String notice(int uid, Set<String> controllers) {
        return "user " + uid
                + " is not root: every service has a user namespace in which that user is root; limits that can be given: "
                + (controllers.isEmpty()
                        ? "none, for no cgroup with a controller is delegated to it"
                        : String.join(", ", controllers));
    }

    /** The same services, with that user namespace. */
    HostSpec adapt(HostSpec host) {
        SortedMap<ServiceName, ServiceSpec> services = new TreeMap<>();
        host.services().forEach((name, spec) -> services.put(name, adapt(spec)));
        return new HostSpec(host.supervisor(), services, host.broken());
    }

    ServiceSpec adapt(ServiceSpec spec) {
        return spec.with(spec.namespaces().with(user));
    }

    /** What a service, as it was written, asks for that it can't have: by key, why. */
    Map<String, String> problems(ServiceSpec spec) {
        Map<String, String> problems = new LinkedHashMap<>();
        Namespaces namespaces = spec.namespaces();
        if (namespaces.user().isEmpty() && isWritten(spec, "namespaces.user")) {
            problems.put("namespaces.user", "a daemon that isn't root can give private users only");
        }
        for (String key : List.of("user-namespace.uid-map", "user-namespace.gid-map", "user-namespace.idmap")) {
            if (namespaces.user().isPresent() && isWritten(spec, key)) {
                problems.put(key, "a daemon that isn't root can map its own user alone, to 0: leave this out");
            }
        }
        if (!namespaces.pid()) {
            problems.put("namespaces.pid", "a daemon that isn't root can give private processes only");
        }
        if (!namespaces.mount()) {
            problems.put("namespaces.mount", "a daemon that isn't root can give private mounts only");
        }
        if (namespaces.net() instanceof NetworkNamespace.Named) {
            problems.put(
                    "namespaces.net", "a daemon that isn't root can enter nobody's network: allowed are private, host");
        }
        if (namespaces.net().link().isPresent()) {
            problems.put("net.bridge", "a daemon that isn't root can connect nothing to a bridge");
        }
        Hooks hooks = spec.lifecycle().hooks();
        Map<String, Optional<Hook>> commands = new LinkedHashMap<>();
        for (HookPoint point : HookPoint.values()) {
            commands.put(point.toString(), hooks.at(point));
        }
        commands.put("stop", spec.stop().command());
        commands.put("reload", hooks.reload().command());
        commands.forEach((section, hook) -> {
            if (hook.filter(h -> h.where() == Hook.Where.HOST).isPresent()) {
                problems.put(section + ".where", "a daemon that isn't root can run commands in containers only");
            }
        });
        for (String group : spec.credentials().groups()) {
            problems.put("groups", group + ": a daemon that isn't root can give no groups");
        }
        return problems;
    }

    private static boolean isWritten(ServiceSpec spec, String key) {
        return spec.origins().containsKey(key);
    }
}
