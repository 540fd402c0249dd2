package io.bulkhead.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Decides whether a {@link KernelTest} can run on this host, and how often such tests look at what they wait for. */
final class KernelCondition implements ExecutionCondition {
    private static final Optional<String> MISSING = missing();

    static {
        Awaitility.setDefaultPollDelay(Duration.ZERO);
        // Nobody waits for more than a tenth longer than it takes, and what takes long isn't held up by those who look.
        Awaitility.setDefaultPollInterval((count, before) ->
                Duration.ofMillis(Math.max(10, Math.min(before.toMillis() * 11 / 10 + 1, 100))));
    }

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        if (MISSING.isEmpty()) {
            return ConditionEvaluationResult.enabled("root, and a cgroup hierarchy that can be written");
        }
        String reason = MISSING.get();
        if ("required".equals(System.getProperty("kernel.tests"))) {
            throw new IllegalStateException("-Dkernel.tests=required, but " + reason);
        }
        System.out.println("SKIPPED " + name(context) + ": " + reason);
        return ConditionEvaluationResult.disabled(reason);
    }

    private static String name(ExtensionContext context) {
        String type = context.getRequiredTestClass().getSimpleName();
        return context.getTestMethod().map(m -> type + "." + m.getName()).orElse(type);
    }

    private static Optional<String> missing() {
        try {
            if (effectiveUser() != 0) {
                return Optional.of("not running as root");
            }
            boolean writable = Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
                    .filter(line -> line.contains(" - cgroup ") || line.contains(" - cgroup2 "))
                    .anyMatch(KernelCondition::isWritable);
            return writable ? Optional.empty() : Optional.of("no cgroup hierarchy is mounted writable");
        } catch (IOException e) {
            return Optional.of("/proc cannot be read: " + e.getMessage());
        }
    }

    /** The second of the four numbers in "Uid: real effective saved file-system", proc_pid_status(5). */
    private static int effectiveUser() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("Uid:"))
                .map(line -> Integer.parseInt(line.trim().split("\\s+", -1)[2]))
                .findFirst()
                .orElseThrow(() -> new IOException("no Uid in /proc/self/status"));
    }

    private static boolean isWritable(String mountinfoLine) {
        String mountPoint = mountinfoLine.split(" ", -1)[4].replace("\\040", " ");
        // access(2) knows a read-only mount, too.
        return Files.isWritable(Path.of(mountPoint));
    }
}
