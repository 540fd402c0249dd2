package io.bulkhead.doctor;

import io.bulkhead.cgroup.CgroupLayout;
import java.util.List;
import java.util.stream.Stream;

/** Examines a host from top to bottom. */
public final class Doctor {
    private Doctor() {}

    /** What this host offers, area by area. */
    public static List<Finding> examine() {
        return examine(
                new ThisHost(),
                System.getProperty("java.version", ""),
                System.getProperty("java.home", ""),
                System.getProperty("bulkhead.archive", ""));
    }

    static List<Finding> examine(Host host, String javaVersion, String javaHome, String archive) {
        KernelBuild build = KernelBuild.of(host);
        CgroupLayout layout = host.cgroups();
        return Stream.of(
                        new KernelExamination(host, build).findings(),
                        new CgroupExamination(host, layout, build).findings(),
                        new ControllerExamination(host, layout, build).findings(),
                        new NamespaceExamination(host, build).findings(),
                        new PowerExamination(host).findings(),
                        new RootlessExamination(host, layout).findings(),
                        new SystemdExamination(host).findings(),
                        new JavaExamination(host, javaVersion, javaHome, archive).findings())
                .flatMap(List::stream)
                .toList();
    }
}
