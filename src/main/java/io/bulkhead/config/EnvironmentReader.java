package io.bulkhead.config;

import io.bulkhead.spec.Origin;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The keys {@code environment} and {@code environment-file}. */
final class EnvironmentReader {
    private static final String FILES = "environment-file";
    private static final Scalar<String> FILE =
            new Scalar<>("the path of a file, behind a - where it may be missing", text -> {
                if (text.isBlank() || text.equals("-")) {
                    throw new Refusal("is not the path of a file");
                }
                return text;
            });

    private final Section service;

    EnvironmentReader(Section service) {
        this.service = service;
    }

    /** A variable of the configuration itself wins over one of a file, and one of a later file over that of an earlier. */
    Map<String, String> read() {
        Map<String, String> written = written();
        Map<String, String> environment = new TreeMap<>();
        List<String> files = service.isList(FILES)
                ? service.list(FILES, FILE).orElse(List.of())
                : service.get(FILES, FILE).map(List::of).orElse(List.of());
        files.forEach(named -> add(named, environment));
        if (!environment.isEmpty() && !service.has("environment")) {
            service.derive("environment", service.originOf(FILES));
        }
        environment.putAll(written);
        return environment;
    }

    private Map<String, String> written() {
        Section variables = service.section("environment");
        Map<String, String> environment = new TreeMap<>();
        for (String name : variables.keys()) {
            if (Names.VARIABLE.matcher(name).matches()) {
                variables.get(name, Scalar.any()).ifPresent(value -> environment.put(name, value));
            } else if (variables.owns(name)) {
                variables.problem(name, Names.NOT_A_VARIABLE);
            }
        }
        return environment;
    }

    private void add(String named, Map<String, String> environment) {
        boolean mayBeMissing = named.startsWith("-");
        Path file = service.resolve(FILES, mayBeMissing ? named.substring(1) : named);
        if (mayBeMissing && service.outside().isMissing(file)) {
            return;
        }
        service.text(FILES, file).map(EnvironmentFile::of).ifPresent(read -> {
            read.problems().forEach((line, what) -> service.problem(FILES, new Origin(file.toString(), line), what));
            read.variables().forEach((name, variable) -> environment.put(name, variable.value()));
        });
    }
}
