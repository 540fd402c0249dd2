package io.bulkhead.config;

import static org.junit.jupiter.api.Assertions.assertThrows;

import io.bulkhead.spec.ConfigException;
import io.bulkhead.spec.HostSpec;
import io.bulkhead.spec.Problem;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A directory with a configuration, {@code supervisord.conf}, and a directory {@code rootfs} for its services. */
record ConfigDirectory(Path path) {
    /** What a service needs to be valid. */
    static final String VALID = "rootfs = rootfs, command = /bin/web";

    ConfigDirectory {
        try {
            Files.createDirectories(path.resolve("rootfs"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path main() {
        return path.resolve("supervisord.conf");
    }

    /** Writes a file, with its directories. */
    ConfigDirectory with(String file, String text) throws IOException {
        Path target = path.resolve(file);
        Files.createDirectories(path.resolve(file).resolveSibling(""));
        Files.writeString(target, text);
        return this;
    }

    ConfigDirectory with(String text) throws IOException {
        return with("supervisord.conf", text);
    }

    HostSpec load() throws ConfigException {
        return new ConfigLoader().load(main());
    }

    HostSpec loadTolerant() throws ConfigException {
        return new ConfigLoader().loadTolerant(main());
    }

    /** The service {@code web} with {@code keys} besides the required ones. */
    ServiceSpec web(String keys) throws IOException, ConfigException {
        return service(with("services.web { " + VALID + "\n" + keys + "\n}").load(), "web");
    }

    /** What is wrong, a line each, with {@code DIR} for the directory. */
    List<String> problems() {
        return lines(assertThrows(ConfigException.class, this::load).problems());
    }

    List<String> lines(List<Problem> problems) {
        return problems.stream()
                .map(problem -> problem.toString().replace(path.toString(), "DIR"))
                .toList();
    }

    static ServiceSpec service(HostSpec host, String name) {
        return Optional.ofNullable(host.services().get(new ServiceName(name))).orElseThrow();
    }

    static List<String> names(HostSpec host) {
        return host.services().keySet().stream().map(ServiceName::value).toList();
    }
}
