package io.bulkhead.cli;

import io.bulkhead.cli.ControlClient.ControlException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What {@code docker run} says of who a command is and what it may do. */
final class ContainerFlags {
    @Option(
            names = {"-u", "--user"},
            paramLabel = "USER[:GROUP]",
            description = "As whom; else as root.")
    @Nullable
    String user;

    @Option(names = "--group-add", paramLabel = "GROUP", description = "A group beyond the user's own.")
    @Nullable
    List<String> groups;

    @Option(
            names = {"-w", "--workdir"},
            paramLabel = "DIR",
            description = "Where it begins; else in /.")
    @Nullable
    String workdir;

    @Option(names = "--hostname", paramLabel = "NAME", description = "What it sees as the host's name.")
    @Nullable
    String hostname;

    @Option(names = "--cap-add", paramLabel = "CAPABILITY", description = "One beyond the usual; ALL.")
    @Nullable
    List<String> capAdd;

    @Option(names = "--cap-drop", paramLabel = "CAPABILITY", description = "One less; ALL.")
    @Nullable
    List<String> capDrop;

    @Option(
            names = "--device",
            paramLabel = "PATH[:ACCESS]",
            description = "A device below /dev that it may use; ACCESS is some of r, w, m.")
    @Nullable
    List<String> devices;

    @Option(
            names = "--security-opt",
            paramLabel = "OPTION",
            description = "seccomp=FILE, seccomp=unconfined, no-new-privileges=false.")
    @Nullable
    List<String> securityOpts;

    @Option(names = "--init", description = "A small init of Bulkhead's own as process 1, which reaps.")
    boolean init;

    @Option(
            names = {"--network", "--net"},
            paramLabel = "none|host",
            description = "None but a loopback interface; else the host's.")
    @Nullable
    String network;

    @Option(names = "--pid", paramLabel = "host|private", description = "Whose processes it sees; else its own.")
    @Nullable
    String pid;

    @Option(names = "--ipc", paramLabel = "host|private", description = "Likewise, of IPC.")
    @Nullable
    String ipc;

    @Option(names = "--uts", paramLabel = "host|private", description = "Likewise, of the host's name.")
    @Nullable
    String uts;

    @Option(names = "--cgroupns", paramLabel = "host|private", description = "Likewise, of cgroups.")
    @Nullable
    String cgroupns;

    @Option(
            names = "--userns",
            paramLabel = "host|private",
            description = "Users of its own, whose root is nobody here; else the host's.")
    @Nullable
    String userns;

    @Option(names = "--stop-signal", paramLabel = "SIGNAL", description = "What stops it; else TERM.")
    @Nullable
    String stopSignal;

    @Option(names = "--stop-timeout", paramLabel = "SECONDS", description = "Until it is killed; else 10.")
    @Nullable
    Long stopTimeout;

    @Option(
            names = "--restart",
            paramLabel = "POLICY",
            description = "With -d: no, on-failure, on-failure:ATTEMPTS, always or unless-stopped.")
    @Nullable
    String restart;

    void draw(ServiceDraft draft) throws ControlException {
        if (user != null) {
            int colon = user.indexOf(':');
            draft.put("--user", "user", colon < 0 ? user : user.substring(0, colon));
            if (colon >= 0) {
                draft.put("--user", "group", user.substring(colon + 1));
            }
        }
        put(draft, "--workdir", "workdir", workdir);
        put(draft, "--hostname", "hostname", hostname);
        MountFlags.or(groups).forEach(group -> draft.add("--group-add", "groups", group));
        MountFlags.or(capAdd).forEach(each -> draft.add("--cap-add", "capabilities.add", capability(each)));
        MountFlags.or(capDrop).forEach(each -> draft.add("--cap-drop", "capabilities.drop", capability(each)));
        for (String device : MountFlags.or(devices)) {
            draft.add("--device", "devices", device(device));
        }
        for (String option : MountFlags.or(securityOpts)) {
            security(option, draft);
        }
        if (init) {
            draft.put("--init", "init", true);
        }
        namespaces(draft);
        put(draft, "--stop-signal", "stop.signal", stopSignal);
        if (stopTimeout != null) {
            draft.put("--stop-timeout", "stop.timeout", stopTimeout + " s");
        }
        restart(draft);
    }

    private static void put(ServiceDraft draft, String option, String path, @Nullable String value) {
        if (value != null) {
            draft.put(option, path, value);
        }
    }

    private static String capability(String text) {
        return text.toUpperCase(Locale.ROOT);
    }

    private void namespaces(ServiceDraft draft) throws ControlException {
        if (network != null) {
            if (!network.equals("none") && !network.equals("host")) {
                throw DockerUnits.wrong("--network", network, "none or host");
            }
            draft.put("--network", "namespaces.net", network.equals("none") ? "private" : "host");
        }
        put(draft, "--pid", "namespaces.pid", pid);
        put(draft, "--ipc", "namespaces.ipc", ipc);
        put(draft, "--uts", "namespaces.uts", uts);
        put(draft, "--userns", "namespaces.user", userns);
        put(draft, "--cgroupns", "namespaces.cgroup", cgroupns);
    }

    private static Map<String, Object> device(String text) throws ControlException {
        String[] parts = text.split(":", -1);
        String last = parts[parts.length - 1];
        boolean hasAccess = parts.length > 1 && last.matches("[rwm]{1,3}");
        boolean elsewhere = parts.length - (hasAccess ? 1 : 0) == 2 && !parts[1].equals(parts[0]);
        if (elsewhere || parts.length > 3 || (parts.length == 3 && !hasAccess)) {
            throw DockerUnits.wrong("--device", text, "PATH or PATH:ACCESS; a device has the same path inside");
        }
        Map<String, Object> device = new LinkedHashMap<>();
        device.put("path", parts[0]);
        if (hasAccess) {
            device.put("access", last);
        }
        return device;
    }

    private static void security(String option, ServiceDraft draft) throws ControlException {
        String[] parts = option.split("[=:]", 2);
        String value = parts.length > 1 ? parts[1] : "true";
        switch (parts[0]) {
            case "no-new-privileges" -> draft.put("--security-opt", "no-new-privileges", value);
            case "seccomp" -> {
                boolean file = !value.equals("unconfined") && !value.equals("builtin");
                String profile = file ? MountFlags.absolute(value) : value.replace("builtin", "default");
                draft.put("--security-opt", "seccomp", profile);
            }
            default -> throw DockerUnits.wrong("--security-opt", option, "seccomp=... or no-new-privileges=...");
        }
    }

    private void restart(ServiceDraft draft) throws ControlException {
        String policy = restart == null ? "no" : restart;
        int colon = policy.indexOf(':');
        String name = colon < 0 ? policy : policy.substring(0, colon);
        String known = switch (name) {
            case "no" -> "never";
            case "on-failure" -> "on-failure";
            case "always", "unless-stopped" -> "always";
            default ->
                throw DockerUnits.wrong(
                        "--restart", policy, "no, on-failure, on-failure:ATTEMPTS, always or unless-stopped");
        };
        draft.put("--restart", "restart.policy", known);
        draft.put("--restart", "restart.limit.attempts", colon < 0 ? "0" : policy.substring(colon + 1));
        draft.put("--restart", "restart.limit.window", "365 d");
    }

    /** Whether there may be another start. */
    boolean restarts() {
        return restart != null && !restart.equals("no");
    }
}
