package io.bulkhead.control;

import io.bulkhead.control.wire.WireException;
import io.bulkhead.reconcile.Operations;
import io.bulkhead.reconcile.Operations.Stream;
import io.bulkhead.spec.Instance;
import io.bulkhead.spec.ServiceName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;

/** The routes whose answers are sent piece by piece. */
final class Streams {
    private static final String LINES = "application/x-ndjson";
    private static final String BYTES = "application/octet-stream";

    private final Operations operations;

    Streams(Operations operations) {
        this.operations = operations;
    }

    /** Whether it was one of them. */
    boolean handle(Request request, Response response, Callback callback) throws IOException {
        String path = Request.getPathInContext(request);
        boolean ours = path.equals("/v1/events")
                || path.equals("/v1/daemon/log")
                || path.equals("/v1/logs")
                || path.startsWith("/v1/logs/");
        if (!ours || !request.getMethod().equals("GET")) {
            return false;
        }
        if (!Streaming.take()) {
            throw new RefusedException(503, "there are " + Streaming.MAX + " answers under way already");
        }
        try {
            Fields query = Request.extractQueryParameters(request);
            boolean follows = query.get("follow") != null;
            Feed feed = feed(path.substring(4), query, follows);
            boolean lines = path.equals("/v1/events") || path.equals("/v1/logs");
            response.setStatus(200);
            response.getHeaders().put(HttpHeader.CONTENT_TYPE, lines ? LINES : BYTES);
            Streaming.start(feed, follows, request, response, callback);
            return true;
        } catch (IOException | RuntimeException e) {
            Streaming.give();
            throw e;
        }
    }

    private Feed feed(String route, Fields query, boolean follows) throws IOException {
        if (route.equals("events")) {
            return events(query);
        }
        if (route.equals("logs")) {
            return logs(query);
        }
        Path file = route.equals("daemon/log") ? daemonLog() : logFile(route.substring(5));
        if (!follows && !Files.exists(file)) {
            throw new RefusedException(404, "no log yet");
        }
        return new TailFeed(operations.growth(), file, number(query, "bytes", 1600));
    }

    private Feed events(Fields query) throws IOException {
        List<String> services = query.getValuesOrEmpty("name");
        return new EventFeed(
                operations.history(),
                since(query),
                new EventNames(operations.names(), services),
                number(query, "last", -1));
    }

    private Feed logs(Fields query) throws IOException {
        List<LinesFeed.Log> logs = new ArrayList<>();
        Set<Path> files = new HashSet<>();
        for (String name : query.getValuesOrEmpty("name")) {
            List<ServiceName> named = operations.names().named(name);
            named.forEach(service -> add(service, query.getValue("stream"), files, logs));
            if (named.isEmpty() && !Instance.isAll(name)) {
                String what = name.endsWith(":*") ? "no such group" : "no such process";
                throw new RefusedException(404, name + ": ERROR (" + what + ")");
            }
        }
        return new LinesFeed(operations.growth(), logs, since(query), number(query, "last", -1));
    }

    /** The logs of a service that aren't there yet. */
    private void add(
            ServiceName service,
            @org.jspecify.annotations.Nullable String only,
            Set<Path> files,
            List<LinesFeed.Log> logs) {
        for (Stream stream : Stream.values()) {
            String word = stream.name().toLowerCase(Locale.ROOT);
            if (only == null || only.equals(word)) {
                operations
                        .logFile(service, stream)
                        .filter(files::add)
                        .ifPresent(file -> logs.add(new LinesFeed.Log(
                                operations.names().shown(service),
                                file.getFileName().toString().contains(".stderr.") ? "stderr" : "stdout",
                                file)));
            }
        }
    }

    private Path daemonLog() throws RefusedException {
        return operations.daemonLog().orElseThrow(() -> new RefusedException(404, "the daemon has no log file"));
    }

    /** @param route {@code NAME/stderr} */
    private Path logFile(String route) throws RefusedException {
        int slash = route.lastIndexOf('/');
        String name = slash < 0 ? route : route.substring(0, slash);
        Stream stream = route.endsWith("/stderr") ? Stream.STDERR : Stream.STDOUT;
        return operations
                .logFile(Named.one(operations, name), stream)
                .orElseThrow(() -> new RefusedException(404, "no log file"));
    }

    /** {@code since=2026-11-24T03:12:00Z}; the beginning of all time where it isn't said. */
    private static Instant since(Fields query) throws WireException {
        String text = query.getValue("since");
        try {
            return text == null ? Instant.EPOCH : Instant.parse(text);
        } catch (DateTimeException e) {
            throw new WireException("since=" + text + " is no time such as 2026-11-24T03:12:00Z");
        }
    }

    private static int number(Fields query, String key, int otherwise) throws WireException {
        String text = query.getValue(key);
        if (text == null) {
            return otherwise;
        }
        if (!text.matches("[0-9]{1,9}")) {
            throw new WireException(key + "=" + text + " is no number");
        }
        return Integer.parseInt(text);
    }
}
