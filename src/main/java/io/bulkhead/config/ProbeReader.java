package io.bulkhead.config;

import io.bulkhead.spec.IpAddress;
import io.bulkhead.spec.Namespaces;
import io.bulkhead.spec.Probe;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Questions that are put to a service: the keys {@code tcp}, {@code http}, {@code exec}, {@code log} and {@code watchdog}. */
final class ProbeReader {
    private static final String READY = "none, notify, or one of { tcp = 8080 }, { http = \"http://localhost:8080/\" },"
            + " { exec = [/bin/true] }, { log = \"regex\" }";
    private static final String LOCAL = "localhost";
    private static final int MOST_PORTS = 65_535;

    private static final Scalar<Probe.Tcp> TCP =
            new Scalar<>("a port such as 8080, or an address with one such as \"127.0.0.1:8080\"", ProbeReader::tcp);
    private static final Scalar<Probe.Http> HTTP =
            new Scalar<>("a URL such as \"http://localhost:8080/health\"", ProbeReader::http);
    private static final Scalar<Probe.Log> LOG = new Scalar<>("a regular expression", ProbeReader::log);
    private static final Scalar<Boolean> NOTIFY = new Scalar<>(READY, text -> switch (text) {
        case "notify" -> true;
        case "none" -> false;
        default -> throw new Refusal("is not " + READY);
    });

    private final Section section;

    ProbeReader(Section section) {
        this.section = section;
    }

    /** {@code start.ready} */
    Optional<Probe> ready(Namespaces namespaces) {
        if (!section.isObject("ready")) {
            boolean notify = section.get("ready", NOTIFY, false);
            requireMount(section, "ready", notify, namespaces);
            return notify ? Optional.of(new Probe.Notify()) : Optional.empty();
        }
        Section ready = section.section("ready");
        Optional<Probe> probe = new ProbeReader(ready).one(List.of("tcp", "http", "exec", "log"), namespaces);
        ready.done();
        return probe;
    }

    /** The only one of {@code keys} that is there; more than one contradict each other. */
    Optional<Probe> one(List<String> keys, Namespaces namespaces) {
        List<String> written = new ArrayList<>();
        Optional<Probe> probe = Optional.empty();
        for (String key : keys) {
            Optional<Probe> read = read(key, namespaces);
            if (section.has(key) && (section.isList(key) || read.isPresent())) {
                written.add(key);
                probe = read;
            }
        }
        if (written.size() > 1) {
            section.conflict(
                    written,
                    "only one of " + String.join(", ", keys) + " can be asked, not " + String.join(" and ", written));
        }
        return probe;
    }

    private Optional<Probe> read(String key, Namespaces namespaces) {
        return switch (key) {
            case "tcp" -> orNone("tcp", TCP);
            case "http" -> orNone("http", HTTP);
            case "log" -> orNone("log", LOG);
            case "watchdog" -> {
                Optional<Probe> watchdog = orNone(
                        "watchdog",
                        new Scalar<>(
                                "a duration",
                                text -> new Probe.Watchdog(Scalar.duration(java.time.Duration.ofMillis(10))
                                        .read(text))));
                requireMount(section, "watchdog", watchdog.isPresent(), namespaces);
                yield watchdog;
            }
            default -> exec();
        };
    }

    private Optional<Probe> exec() {
        Optional<List<String>> words = section.isList("exec")
                ? section.list("exec", Scalar.any())
                : section.get("exec", new Scalar<>("a list of words, a string, or none", Words::of));
        if (words.isEmpty() || (!section.isList("exec") && words.get().equals(List.of("none")))) {
            return Optional.empty();
        }
        if (words.get().isEmpty() || words.get().get(0).isEmpty()) {
            section.problem("exec", "names no program");
            return Optional.empty();
        }
        return Optional.of(new Probe.Exec(words.get()));
    }

    private <P extends Probe> Optional<Probe> orNone(String key, Scalar<P> scalar) {
        return section.get(key, scalar.or("none")).flatMap(probe -> probe.map(Probe.class::cast));
    }

    private static void requireMount(Section section, String key, boolean notify, Namespaces namespaces) {
        if (notify && !namespaces.mount()) {
            section.conflict(
                    List.of(key), "the socket it tells by needs namespaces.mount = private, to be put in its /dev");
        }
    }

    private static Probe.Tcp tcp(String text) throws Refusal {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? LOCAL : text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        return new Probe.Tcp(host(host), port(text.substring(colon + 1)));
    }

    private static Probe.Http http(String text) throws Refusal {
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException e) {
            throw new Refusal("is not a URL such as http://localhost:8080/health");
        }
        if (!"http".equals(uri.getScheme()) || uri.getHost() == null || uri.getUserInfo() != null) {
            throw new Refusal("is not a URL such as http://localhost:8080/health; allowed is http only");
        }
        String host = uri.getHost();
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        int port = uri.getPort() < 0 ? 80 : port(Integer.toString(uri.getPort()));
        return new Probe.Http(host(host), port, path + query);
    }

    /** No name server is asked: what it says could change under a probe, and it could hang. */
    private static String host(String text) throws Refusal {
        if (!text.equals(LOCAL) && IpAddress.of(text).isEmpty()) {
            throw new Refusal("names a host: allowed are localhost and numeric addresses");
        }
        return text;
    }

    private static int port(String text) throws Refusal {
        return Scalar.integer(1, MOST_PORTS).read(text).intValue();
    }

    private static Probe.Log log(String text) throws Refusal {
        try {
            Pattern.compile(text);
        } catch (PatternSyntaxException e) {
            throw new Refusal("is not a regular expression: " + e.getDescription());
        }
        return new Probe.Log(text);
    }
}
