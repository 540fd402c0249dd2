package io.bulkhead.reconcile;

import io.bulkhead.plan.Action;
import io.bulkhead.spec.Capability;
import io.bulkhead.spec.CapabilityChanges;
import io.bulkhead.spec.Confinement;
import io.bulkhead.spec.Credentials;
import io.bulkhead.spec.Hook;
import io.bulkhead.spec.Lifecycle;
import io.bulkhead.spec.Limits;
import io.bulkhead.spec.Namespaces;
import io.bulkhead.spec.NetworkNamespace;
import io.bulkhead.spec.RootSwitch;
import io.bulkhead.spec.RootView;
import io.bulkhead.spec.Seccomp;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.spec.Signal;
import io.bulkhead.spec.StartPolicy;
import io.bulkhead.status.ExitStatus;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;

/** What a hook is launched from: a service with another command, or nothing of it but its name and its log. */
final class HookSpec {
    private static final Path HOST = Path.of("/");
    private static final int UMASK = 022;

    private HookSpec() {}

    static ServiceSpec of(Action.RunHook action) {
        ServiceSpec spec = action.spec();
        Hook hook = action.hook();
        return of(spec, hook, end(action.exit()));
    }

    /** @param more variables that it finds in its environment, beside those that every hook does */
    static ServiceSpec of(ServiceSpec spec, Hook hook, Map<String, String> more) {
        Map<String, String> variables = variables(spec);
        variables.putAll(more);
        StartPolicy start = new StartPolicy(
                StartPolicy.DEFAULT.readyAfter(), hook.timeout(), Optional.empty(), StartPolicy.DEFAULT.onFailure());
        if (hook.where() == Hook.Where.CONTAINER) {
            return spec.running(hook.command(), variables, start);
        }
        variables.put("BULKHEAD_ROOTFS", spec.rootfs().toString());
        // Nothing of the service's environment: files of variables may be others' to write, and LD_PRELOAD is a
        // variable.
        return new ServiceSpec(
                spec.instance(),
                HOST,
                RootView.PLAIN,
                hook.command(),
                Credentials.ROOT,
                "/",
                UMASK,
                variables,
                List.of(),
                List.of(),
                0,
                OptionalInt.empty(),
                Limits.NONE,
                new Namespaces(
                        false,
                        false,
                        false,
                        false,
                        false,
                        new NetworkNamespace.Host(),
                        Optional.empty(),
                        Optional.empty()),
                Optional.empty(),
                new Confinement(
                        false,
                        new CapabilityChanges(EnumSet.allOf(Capability.class), Set.of()),
                        new Seccomp.Unconfined()),
                RootSwitch.AUTO,
                false,
                false,
                start,
                spec.stop(),
                spec.restart(),
                Lifecycle.DEFAULT,
                spec.log(),
                spec.drift(),
                Map.of());
    }

    static Map<String, String> variables(ServiceSpec spec) {
        Map<String, String> variables = new TreeMap<>();
        variables.put("BULKHEAD_SERVICE", spec.instance().shown());
        return variables;
    }

    private static Map<String, String> end(Optional<ExitStatus> how) {
        Map<String, String> variables = new TreeMap<>();
        how.ifPresent(exit -> {
            if (exit instanceof ExitStatus.Exited exited) {
                variables.put("BULKHEAD_EXIT_STATUS", Integer.toString(exited.code()));
            } else if (exit instanceof ExitStatus.Signaled signaled) {
                variables.put("BULKHEAD_EXIT_SIGNAL", signal(signaled.signal()));
            }
        });
        return variables;
    }

    /** {@code KILL}, as systemd's {@code EXIT_STATUS} has it. */
    private static String signal(int number) {
        return Signal.nameOf(number).replaceFirst("^(?:SIG|signal )", "");
    }
}
