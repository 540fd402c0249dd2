package io.bulkhead.plan;

import io.bulkhead.spec.Hook;
import io.bulkhead.spec.HookPoint;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.spec.Signal;
import io.bulkhead.spec.StopPolicy;
import io.bulkhead.status.ExitStatus;
import io.bulkhead.status.Observed;
import io.bulkhead.status.ProcessId;
import java.util.List;
import java.util.Optional;

/** One thing to be done. Each may fail; what came of it is seen at the next look. */
public sealed interface Action {
    /** The service, or the orphan group, it is done to. */
    String target();

    /** Why, in a few words. */
    String reason();

    /** Make the group, put the limits in force, launch the process. */
    record Start(Desired.Declared service, String reason) implements Action {
        @Override
        public String target() {
            return service.spec().name().value();
        }
    }

    /**
     * Launch a hook.
     *
     * @param launched what the process that it precedes is launched from; empty where it follows one
     * @param exit how the last process ended, where that is known
     */
    record RunHook(
            ServiceSpec spec,
            HookPoint point,
            Hook hook,
            Optional<Desired.Declared> launched,
            Optional<ExitStatus> exit,
            String reason)
            implements Action {
        @Override
        public String target() {
            return spec.name().value();
        }
    }

    /** Send the main process, or a hook, a signal. */
    record SendSignal(ServiceName service, ProcessId process, Signal signal, String reason) implements Action {
        @Override
        public String target() {
            return service.value();
        }
    }

    /** Run the command that is to end the main process, as {@code spec} would be. */
    record RunStop(ServiceSpec spec, ProcessId process, StopPolicy policy, String reason) implements Action {
        @Override
        public String target() {
            return spec.name().value();
        }
    }

    /** Put the limits in force without a restart. */
    record ApplyLimits(ServiceSpec spec, List<Observed.Difference> differences, boolean drift, String reason)
            implements Action {
        public ApplyLimits {
            differences = List.copyOf(differences);
        }

        @Override
        public String target() {
            return spec.name().value();
        }
    }

    /** Say, and no more, that limits have drifted. */
    record ReportDrift(ServiceName service, List<Observed.Difference> differences, String reason) implements Action {
        public ReportDrift {
            differences = List.copyOf(differences);
        }

        @Override
        public String target() {
            return service.value();
        }
    }

    /** SIGKILL to every process in the group, until it is empty. */
    record KillGroup(String target, String reason) implements Action {}

    /** Say, and no more, that the time for a run has come and none is begun. */
    record SkipRun(ServiceName service, String reason) implements Action {
        @Override
        public String target() {
            return service.value();
        }
    }

    /** {@code rmdir} in every hierarchy, after SIGKILL to whoever is inside. */
    record RemoveGroup(String target, String reason) implements Action {}

    /** Forget the output and the runtime record of a service that is no more. */
    record Forget(ServiceName service, String reason) implements Action {
        @Override
        public String target() {
            return service.value();
        }
    }
}
