package io.bulkhead.cli;

import io.bulkhead.cli.ControlClient.ControlException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What {@code docker run} says of a command's root and of what is mounted in it. */
final class MountFlags {
    @Option(names = "--rootfs", paramLabel = "DIR", description = "The directory that becomes its root; required.")
    @Nullable
    String rootfs;

    @Option(names = "--read-only", description = "It may write nothing in its root.")
    boolean readOnly;

    @Option(
            names = {"-v", "--volume"},
            paramLabel = "SRC:DST[:ro]",
            description = "A file or directory of the host's.")
    @Nullable
    List<String> volumes;

    @Option(
            names = "--mount",
            paramLabel = "KEY=VALUE,...",
            description = "type=bind|tmpfs, src, dst, readonly, tmpfs-size, tmpfs-mode.")
    @Nullable
    List<String> mounts;

    @Option(
            names = "--tmpfs",
            paramLabel = "DST[:OPTIONS]",
            description = "Memory; size=, mode=, ro, exec, noexec, suid, nosuid, dev, nodev.")
    @Nullable
    List<String> tmpfs;

    void draw(ServiceDraft draft) throws ControlException {
        if (rootfs != null) {
            draft.put("--rootfs", "rootfs.path", absolute(rootfs));
            if (readOnly) {
                draft.put("--read-only", "rootfs.readonly", true);
            }
        }
        for (String volume : or(volumes)) {
            draft.add("--volume", "mounts", volume(volume));
        }
        for (String mount : or(mounts)) {
            draft.add("--mount", "mounts", mount(mount));
        }
        for (String memory : or(tmpfs)) {
            draft.add("--tmpfs", "mounts", tmpfs(memory));
        }
    }

    static List<String> or(@Nullable List<String> values) {
        return values == null ? List.of() : values;
    }

    /** Where the command line is called, which is not where the daemon runs. */
    static String absolute(String path) {
        return Path.of(path).toAbsolutePath().normalize().toString();
    }

    private static Map<String, Object> volume(String text) throws ControlException {
        String[] parts = text.split(":", -1);
        if (parts.length < 2 || parts.length > 3 || parts[0].isEmpty() || !parts[1].startsWith("/")) {
            throw DockerUnits.wrong("--volume", text, "SRC:DST or SRC:DST:ro, DST an absolute path");
        }
        Map<String, Object> mount = new LinkedHashMap<>();
        mount.put("source", absolute(parts[0]));
        mount.put("target", parts[1]);
        for (String option : parts.length < 3 ? new String[0] : parts[2].split(",", -1)) {
            switch (option) {
                case "ro" -> mount.put("readonly", true);
                case "rw", "z", "Z", "private", "rprivate" -> {}
                case "slave", "rslave" -> mount.put("propagation", "slave");
                default -> throw DockerUnits.wrong("--volume", option, "ro, rw, rprivate or rslave");
            }
        }
        return mount;
    }

    private static Map<String, Object> mount(String text) throws ControlException {
        Map<String, Object> mount = new LinkedHashMap<>();
        for (String part : text.split(",", -1)) {
            int equals = part.indexOf('=');
            String key = equals < 0 ? part : part.substring(0, equals);
            String value = equals < 0 ? "true" : part.substring(equals + 1);
            switch (key) {
                case "type" -> mount.put("type", value);
                case "src", "source" -> mount.put("source", absolute(value));
                case "dst", "destination", "target" -> mount.put("target", value);
                case "ro", "readonly" -> mount.put("readonly", value);
                case "bind-propagation" -> mount.put("propagation", value.replaceFirst("^r", ""));
                case "bind-recursive" -> mount.put("recursive", value.equals("disabled") ? "false" : "true");
                case "tmpfs-size" -> mount.put("size", DockerUnits.size("--mount tmpfs-size", value));
                case "tmpfs-mode" -> mount.put("mode", value);
                default ->
                    throw DockerUnits.wrong(
                            "--mount", key, "type, src, dst, readonly, bind-propagation, tmpfs-size or tmpfs-mode");
            }
        }
        return mount;
    }

    private static Map<String, Object> tmpfs(String text) throws ControlException {
        int colon = text.indexOf(':');
        Map<String, Object> mount = new LinkedHashMap<>();
        mount.put("type", "tmpfs");
        mount.put("target", colon < 0 ? text : text.substring(0, colon));
        mount.put("noexec", true); // Docker's own, which exec takes away
        for (String option :
                colon < 0 ? new String[0] : text.substring(colon + 1).split(",", -1)) {
            boolean no = option.startsWith("no");
            switch (option) {
                case "ro" -> mount.put("readonly", true);
                case "rw" -> {}
                case "exec", "noexec" -> mount.put("noexec", no);
                case "suid", "nosuid" -> mount.put("nosuid", no);
                case "dev", "nodev" -> mount.put("nodev", no);
                default -> {
                    if (option.startsWith("size=")) {
                        mount.put("size", DockerUnits.size("--tmpfs size", option.substring(5)));
                    } else if (option.startsWith("mode=")) {
                        mount.put("mode", option.substring(5));
                    } else {
                        throw DockerUnits.wrong("--tmpfs", option, "size=, mode=, ro, exec, suid, dev or no...");
                    }
                }
            }
        }
        return mount;
    }
}
