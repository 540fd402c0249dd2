package io.bulkhead;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/** The arrows between packages go one way. */
class ArchitectureTest {
    private static final String ROOT = "io.bulkhead.";

    /** What each package may import of the project. */
    private static final Map<String, List<String>> ARROWS = Map.ofEntries(
            Map.entry("spec", List.of()),
            Map.entry("status", List.of("spec")),
            Map.entry("config", List.of("spec")),
            Map.entry("plan", List.of("spec", "status")),
            Map.entry("libc", List.of()),
            Map.entry("cgroup", List.of("libc", "spec", "status")),
            Map.entry("rootfs", List.of("libc", "spec")),
            Map.entry("logs", List.of("libc", "spec")),
            Map.entry("seccomp", List.of("spec")),
            Map.entry("netlink", List.of("libc")),
            Map.entry("launch", List.of("libc", "netlink", "seccomp", "spec", "status")),
            Map.entry("health", List.of("cgroup", "launch", "libc", "spec", "status")),
            Map.entry("process", List.of("libc", "spec", "status")),
            // Their JSON is the wire's.
            Map.entry("events", List.of("control.wire")),
            Map.entry("generations", List.of("control.wire", "libc", "spec")),
            Map.entry(
                    "reconcile",
                    List.of(
                            "cgroup",
                            "events",
                            "generations",
                            "health",
                            "launch",
                            "libc",
                            "logs",
                            "plan",
                            "process",
                            "rootfs",
                            "spec",
                            "status")),
            Map.entry("doctor", List.of("cgroup", "libc")),
            Map.entry("control", List.of("events", "generations", "logs", "reconcile", "spec", "status")),
            Map.entry("notify", List.of("libc", "status")),
            Map.entry(
                    "daemon",
                    List.of(
                            "cgroup",
                            "config",
                            "control",
                            "events",
                            "generations",
                            "launch",
                            "libc",
                            "logs",
                            "notify",
                            "process",
                            "reconcile",
                            "spec",
                            "status")),
            // Of control, the wire records alone.
            Map.entry("cli", List.of("config", "control.wire", "doctor", "libc", "rootfs", "spec")),
            // Reads the commands' descriptions; a tool of the build.
            Map.entry("docs", List.of("cli", "daemon")));

    private final JavaClasses classes = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.bulkhead");

    @Test
    void packagesImportOnlyWhatTheyMay() {
        Set<String> forbidden = new TreeSet<>();

        for (JavaClass from : classes) {
            from.getDirectDependenciesFromSelf().forEach(dependency -> {
                JavaClass to = dependency.getTargetClass();
                if (isOurs(to) && !isAllowed(from, to)) {
                    forbidden.add(from.getName() + " -> " + to.getName());
                }
            });
        }

        Assertions.assertEquals(Set.of(), forbidden);
    }

    @Test
    void everyPackageHasItsArrows() {
        Set<String> rooms = new HashSet<>();
        classes.forEach(c -> rooms.add(room(c)));

        Assertions.assertEquals(new TreeSet<>(ARROWS.keySet()), new TreeSet<>(rooms));
    }

    @Test
    void planTouchesMemoryOnly() {
        Set<String> forbidden = new TreeSet<>();

        for (JavaClass from : classes) {
            if (room(from).equals("plan")) {
                from.getDirectDependenciesFromSelf().forEach(dependency -> {
                    String to = dependency.getTargetClass().getName();
                    if (to.startsWith("java.io.") || to.startsWith("java.nio.") || to.startsWith("org.slf4j")) {
                        forbidden.add(from.getName() + " -> " + to);
                    }
                });
                from.getMethodCallsFromSelf().stream()
                        .filter(call -> call.getTargetOwner().getName().equals("java.time.Instant")
                                && call.getName().equals("now"))
                        .forEach(call -> forbidden.add(call.getDescription()));
            }
        }

        Assertions.assertEquals(Set.of(), forbidden);
    }

    private static boolean isOurs(JavaClass c) {
        return c.getPackageName().startsWith(ROOT);
    }

    private static boolean isAllowed(JavaClass from, JavaClass to) {
        if (room(from).equals(room(to))) {
            return true;
        }
        List<String> allowed = ARROWS.getOrDefault(room(from), List.of());
        return allowed.contains(room(to))
                || allowed.contains(to.getPackageName().substring(ROOT.length()));
    }

    private static String room(JavaClass c) {
        String inside = c.getPackageName().substring(ROOT.length());
        return inside.contains(".") ? inside.substring(0, inside.indexOf('.')) : inside;
    }
}
