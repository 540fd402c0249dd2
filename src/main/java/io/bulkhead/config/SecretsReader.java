package io.bulkhead.config;

import io.bulkhead.spec.Namespaces;
import io.bulkhead.spec.Secret;
import io.bulkhead.spec.Secret.Kind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** The key {@code secrets}: {@code NAME = /path}, or {@code NAME { source = /path, type = env }}. */
final class SecretsReader {
    private static final String WHAT = "a host's file, or { source = /etc/..., type = file | env }";
    private static final Pattern FILE_NAME = Pattern.compile("(?!\\.{1,2}$)[A-Za-z0-9_.-]{1,255}");
    private static final Scalar<String> SOURCE = new Scalar<>(WHAT, text -> {
        if (text.isBlank()) {
            throw new Refusal("is not the path of a file");
        }
        return text;
    });

    private final Section service;
    private final SecretFiles files;

    SecretsReader(Section service, SecretFiles files) {
        this.service = service;
        this.files = files;
    }

    /**
     * By name, without those that are no good: then there is a problem more.
     *
     * @param rootfs the service's root, where a secret can't be
     * @param variables the names that its environment has
     */
    List<Secret> read(Path rootfs, Set<String> variables, Namespaces namespaces) {
        Section secrets = service.section("secrets");
        List<Secret> read = new ArrayList<>();
        for (String name : secrets.keys()) {
            if (secrets.has(name)) {
                secret(secrets, name, rootfs, variables).ifPresent(read::add);
            }
        }
        if (!namespaces.mount() && read.stream().anyMatch(secret -> secret.kind() == Kind.FILE)) {
            service.conflict(
                    List.of("secrets", "namespaces"),
                    "a secret of type file needs namespaces.mount = private, else it would be the host's: allowed with host is"
                            + " type = env");
        }
        return read;
    }

    private Optional<Secret> secret(Section secrets, String name, Path rootfs, Set<String> variables) {
        boolean isObject = secrets.isObject(name);
        Section section = isObject ? secrets.section(name) : secrets;
        String key = isObject ? "source" : name;
        if (isObject && !section.has(key)) {
            section.problem(key, "is required: the host's file that holds it");
        }
        Optional<String> named = section.get(key, SOURCE);
        Kind kind = Kind.FILE;
        if (isObject) {
            kind = section.get("type", Scalar.choice(Kind.class), kind);
            section.done("in a secret");
        }
        if (named.isEmpty() || !isName(secrets, name, kind, variables)) {
            return Optional.empty();
        }
        Path source = section.resolve(key, named.get());
        if (source.startsWith(rootfs)) {
            section.problem(
                    key,
                    Shown.text(source.toString()) + " is in the rootfs, where the service could put another there");
            return Optional.empty();
        }
        try {
            return Optional.of(new Secret(name, source, kind, files.digest(source, name, kind)));
        } catch (Refusal e) {
            if (section.owns(key)) {
                section.problem(key, Shown.text(source.toString()) + " " + e.predicate());
            }
            return Optional.empty();
        }
    }

    private static boolean isName(Section secrets, String name, Kind kind, Set<String> variables) {
        Optional<String> wrong = Optional.empty();
        if (kind == Kind.ENV && !Names.VARIABLE.matcher(name).matches()) {
            wrong = Optional.of(Names.NOT_A_VARIABLE);
        } else if (kind == Kind.ENV && variables.contains(name)) {
            wrong = Optional.of("is a variable of environment, too: allowed is one of them");
        } else if (!FILE_NAME.matcher(name).matches()) {
            wrong = Optional.of("is not a file's name: allowed are 1 to 255 letters, digits, _, - and .");
        }
        wrong.ifPresent(message -> secrets.conflict(List.of(name), message));
        return wrong.isEmpty();
    }
}
