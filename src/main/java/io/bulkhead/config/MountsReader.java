package io.bulkhead.config;

import io.bulkhead.spec.Mount;
import io.bulkhead.spec.Namespaces;
import io.bulkhead.spec.RootView;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** The keys {@code rootfs.readonly}, {@code rootfs.overlay} and {@code mounts}. */
final class MountsReader {
    private static final int TMPFS_MODE = 01777;
    private static final Pattern DOTS = Pattern.compile("(?:^|.*/)\\.{1,2}(?:/.*|$)");
    private static final Scalar<String> TARGET =
            new Scalar<>("an absolute path inside the rootfs", MountsReader::target);
    private static final Scalar<String> PATH = new Scalar<>("a path of the host", text -> {
        if (text.isBlank()) {
            throw new Refusal("is not a path");
        }
        return text;
    });

    /** What a mount is of. */
    private enum Type {
        BIND,
        TMPFS
    }

    /** Whether what the host mounts later appears in it. */
    private enum Propagation {
        PRIVATE,
        SLAVE
    }

    private final Section service;

    MountsReader(Section service) {
        this.service = service;
    }

    RootView read(Namespaces namespaces) {
        boolean readonly = false;
        Optional<RootView.Overlay> overlay = Optional.empty();
        if (service.isObject("rootfs")) {
            Section rootfs = service.section("rootfs");
            readonly = rootfs.get("readonly", Scalar.bool(), RootView.PLAIN.readonly());
            overlay = overlay(rootfs);
        }
        List<Mount> mounts = new ArrayList<>();
        for (Section section : service.sections("mounts", "a mount { source, target, ... }")) {
            mount(section).ifPresent(mounts::add);
        }
        RootView view = new RootView(readonly, overlay, mounts);
        if (!namespaces.mount() && !view.equals(RootView.PLAIN)) {
            service.conflict(
                    List.of("mounts", "rootfs", "namespaces"),
                    "mounts, rootfs.readonly and rootfs.overlay need namespaces.mount = private, else they would be the"
                            + " host's");
        }
        if (namespaces.user().isPresent()
                && overlay.flatMap(RootView.Overlay::keep).isPresent()) {
            service.conflict(
                    List.of("rootfs", "namespaces"),
                    "a layer that is kept needs namespaces.user = host: allowed with private is one in memory");
        }
        return view;
    }

    private static Optional<RootView.Overlay> overlay(Section rootfs) {
        if (!rootfs.isObject("overlay")) {
            return rootfs.get("overlay", Scalar.bool(), false)
                    ? Optional.of(new RootView.Overlay(Optional.empty(), OptionalLong.empty()))
                    : Optional.empty();
        }
        Section keys = rootfs.section("overlay");
        Optional<Path> keep = keys.get("keep", PATH).map(text -> keys.resolve("keep", text));
        OptionalLong size = size(keys);
        if (keep.isPresent() && size.isPresent()) {
            keys.conflict(List.of("size"), "is for a layer in memory; one that is kept is as large as its file system");
        }
        keys.done();
        return Optional.of(new RootView.Overlay(keep, size));
    }

    private static Optional<Mount> mount(Section keys) {
        Type type = keys.get("type", Scalar.choice(Type.class), keys.has("source") ? Type.BIND : Type.TMPFS);
        if (!keys.has("target")) {
            keys.problem("target", "is required: where it appears inside the rootfs");
        }
        if (type == Type.BIND && !keys.has("source")) {
            keys.problem("source", "is required: the host's file or directory");
        }
        String target = keys.get("target", TARGET, "/nowhere");
        Optional<Mount> mount = type == Type.BIND ? bind(keys, target) : Optional.of(tmpfs(keys, target));
        keys.done("in a mount of type " + (type == Type.BIND ? "bind" : "tmpfs"));
        return mount;
    }

    private static Optional<Mount> bind(Section keys, String target) {
        boolean recursive = keys.get("recursive", Scalar.bool(), true);
        boolean follows =
                keys.get("propagation", Scalar.choice(Propagation.class), Propagation.PRIVATE) == Propagation.SLAVE;
        Mount.Flags flags = flags(keys, false);
        return keys.get("source", PATH)
                .map(source -> new Mount.Bind(keys.resolve("source", source), target, recursive, follows, flags));
    }

    private static Mount tmpfs(Section keys, String target) {
        int mode = keys.get("mode", Scalar.octal(01777), TMPFS_MODE);
        return new Mount.Tmpfs(target, size(keys), mode, flags(keys, true));
    }

    private static Mount.Flags flags(Section keys, boolean nosuid) {
        return new Mount.Flags(
                keys.get("readonly", Scalar.bool(), false),
                keys.get("nosuid", Scalar.bool(), nosuid),
                keys.get("nodev", Scalar.bool(), true),
                keys.get("noexec", Scalar.bool(), false));
    }

    private static OptionalLong size(Section keys) {
        return keys.get("size", Scalar.size(4096)).map(OptionalLong::of).orElse(OptionalLong.empty());
    }

    private static String target(String text) throws Refusal {
        if (!text.startsWith("/") || DOTS.matcher(text).matches()) {
            throw new Refusal("is not an absolute path without . and ..");
        }
        String target = text.replaceAll("/+", "/").replaceAll("(?<=.)/$", "");
        if (target.equals("/") || target.equals("/dev")) {
            throw new Refusal("is what every service has of its own: allowed is what lies below");
        }
        if (target.matches("/(?:proc|sys)(?:/.*)?")) {
            throw new Refusal("would hide what the kernel shows there: allowed is any path outside /proc and /sys");
        }
        return target;
    }
}
