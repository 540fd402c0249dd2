package io.bulkhead.control;

import io.bulkhead.control.wire.ErrorReply;
import io.bulkhead.control.wire.Json;
import io.bulkhead.control.wire.WireException;
import io.bulkhead.reconcile.Operations;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;

/** The routes whose answers are sent piece by piece. */
final class Streams {
    private final Operations operations;

    Streams(Operations operations) {
        this.operations = operations;
    }

    /** Whether it was one of them. */
    boolean handle(Request request, Response response, Callback callback) throws IOException {
        String path = Request.getPathInContext(request);
        if (!request.getMethod().equals("GET") || !path.equals("/v1/events")) {
            return false;
        }
        if (!Streaming.take()) {
            refuse(response, callback);
            return true;
        }
        try {
            Fields query = Request.extractQueryParameters(request);
            boolean follows = query.get("follow") != null;
            Feed feed = events(query);
            response.setStatus(200);
            response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/x-ndjson");
            Streaming.start(feed, follows, request, response, callback);
            return true;
        } catch (IOException | RuntimeException e) {
            Streaming.give();
            throw e;
        }
    }

    private static void refuse(Response response, Callback callback) {
        response.setStatus(503);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
        String error = "there are " + Streaming.MAX + " answers under way already";
        response.write(true, ByteBuffer.wrap(Json.write(new ErrorReply(error).json())), callback);
    }

    private Feed events(Fields query) throws IOException {
        List<String> services = new ArrayList<>();
        for (String name : query.getValuesOrEmpty("name")) {
            if (name.equals("all") || name.equals("*")) {
                services.clear();
                break;
            }
            // What happened to a service that is no more is asked for by the same name.
            services.add(name.contains(":") ? name.substring(0, name.indexOf(':')) : name);
        }
        return new EventFeed(operations.history(), since(query), services, last(query));
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

    /** {@code last=100}; -1 where it isn't said. */
    private static int last(Fields query) throws WireException {
        String text = query.getValue("last");
        if (text == null) {
            return -1;
        }
        if (!text.matches("[0-9]{1,9}")) {
            throw new WireException("last=" + text + " is no number");
        }
        return Integer.parseInt(text);
    }
}
