package io.bulkhead.config;

import io.bulkhead.spec.ClockOffsets;
import io.bulkhead.spec.Namespaces;
import io.bulkhead.spec.NetworkLink;
import io.bulkhead.spec.NetworkNamespace;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The keys {@code namespaces} and {@code time}. */
final class NamespacesReader {
    private static final Namespaces DEFAULT = Namespaces.DEFAULT;
    private static final Scalar<Boolean> PRIVATE = Scalar.either("private", "host");
    private static final Scalar<Boolean> NETWORK =
            new Scalar<>(PRIVATE.allowed() + " or { path = ... }", NamespacesReader::network);
    private static final Scalar<Path> PATH = new Scalar<>("an absolute path such as /run/netns/blue", text -> {
        if (!text.startsWith("/")) {
            throw new Refusal("is not an absolute path such as /run/netns/blue");
        }
        return Path.of(text).normalize();
    });
    private static final Scalar<Duration> OFFSET = Scalar.duration(Scalar.LONGEST.negated(), Scalar.LONGEST);

    private final Section service;
    private final Section keys;

    NamespacesReader(Section service) {
        this.service = service;
        this.keys = service.section("namespaces");
    }

    Namespaces read() {
        Namespaces namespaces = new Namespaces(
                keys.get("pid", PRIVATE, DEFAULT.pid()),
                keys.get("mount", PRIVATE, DEFAULT.mount()),
                keys.get("uts", PRIVATE, DEFAULT.uts()),
                keys.get("ipc", PRIVATE, DEFAULT.ipc()),
                keys.get("cgroup", PRIVATE, DEFAULT.cgroup()),
                network(),
                new UserNamespaceReader(service, keys).read(),
                clocks());
        keys.done();
        if (namespaces.user().isPresent()) {
            checkUsers(namespaces);
        }
        return namespaces;
    }

    private void checkUsers(Namespaces namespaces) {
        if (!namespaces.pid() || !namespaces.mount()) {
            keys.conflict(
                    List.of("user", "pid", "mount"),
                    "private needs pid = private and mount = private: the host's cannot be shared with users of one's own");
        }
        if (namespaces.net() instanceof NetworkNamespace.Named) {
            keys.conflict(
                    List.of("user", "net"),
                    "private needs net = private or host: somebody else's network cannot be entered from there");
        }
    }

    private static Boolean network(String text) throws Refusal {
        try {
            return PRIVATE.read(text);
        } catch (Refusal e) {
            throw new Refusal(e.predicate() + " or { path = ... }");
        }
    }

    private NetworkNamespace network() {
        NetworkNamespace whose = keys.isObject("net") ? named() : own();
        boolean isPrivate = whose instanceof NetworkNamespace.Private;
        Optional<NetworkLink> link = new NetworkLinkReader(service.section("net"), isPrivate).read();
        return isPrivate ? new NetworkNamespace.Private(link) : whose;
    }

    private NetworkNamespace own() {
        return keys.get("net", NETWORK, false) ? new NetworkNamespace.Private() : new NetworkNamespace.Host();
    }

    private NetworkNamespace named() {
        Section net = keys.section("net");
        if (!net.has("path")) {
            net.problem("path", "is required: a file that stands for a network namespace, such as /run/netns/blue");
        }
        NetworkNamespace named = new NetworkNamespace.Named(net.get("path", PATH, Path.of("/nowhere")));
        net.done();
        return named;
    }

    private Optional<ClockOffsets> clocks() {
        boolean own = keys.get("time", PRIVATE, DEFAULT.time().isPresent());
        Section time = service.section("time");
        ClockOffsets offsets = new ClockOffsets(
                time.get("monotonic", OFFSET, Duration.ZERO), time.get("boottime", OFFSET, Duration.ZERO));
        time.done();
        if (!own && !offsets.equals(ClockOffsets.NONE)) {
            String message = "clocks of its own need namespaces.time = private";
            List<String> set = List.of("monotonic", "boottime");
            time.conflict(set, message);
            if (set.stream().noneMatch(time::owns)) {
                keys.conflict(List.of("time"), message);
            }
        }
        return own ? Optional.of(offsets) : Optional.empty();
    }
}
