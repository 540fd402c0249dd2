package io.bulkhead.control;

import io.bulkhead.control.wire.CommandRequest;
import io.bulkhead.control.wire.DaemonReply;
import io.bulkhead.control.wire.ErrorReply;
import io.bulkhead.control.wire.Json;
import io.bulkhead.control.wire.OutcomesReply;
import io.bulkhead.control.wire.StatusReply;
import io.bulkhead.control.wire.WireException;
import io.bulkhead.reconcile.Operations;
import io.bulkhead.reconcile.Outcome;
import io.bulkhead.reconcile.Reconfiguration.ChangedException;
import io.bulkhead.spec.ConfigException;
import io.bulkhead.spec.Signal;
import io.bulkhead.spec.SupervisorSpec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** The API's routes, {@code /v1/…}: GET reads, POST changes. */
final class Routes extends Handler.Abstract {
    private static final int MAX_BODY = 1 << 20;

    private final Operations operations;
    private final String controlGroup;
    private final Streams streams;
    private final CommandRoutes commands;
    private final ConfigurationRoutes configuration;

    Routes(Operations operations, String controlGroup) {
        this.operations = operations;
        this.controlGroup = controlGroup;
        this.streams = new Streams(operations);
        this.commands = new CommandRoutes(operations);
        this.configuration = new ConfigurationRoutes(operations);
    }

    /** An answer: a status, JSON or plain bytes, and what is done once the peer has it. */
    private record Answer(int status, ByteBuffer body, String type, Runnable after) {
        Answer(int status, ByteBuffer body, String type) {
            this(status, body, type, () -> {});
        }

        static Answer json(int status, Map<String, Object> object) {
            return new Answer(status, ByteBuffer.wrap(Json.write(object)), "application/json");
        }

        static Answer error(int status, String message) {
            return json(status, new ErrorReply(message).json());
        }
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        Answer answer;
        try {
            if (streams.handle(request, response, callback)) {
                return true;
            }
            String route = Request.getPathInContext(request);
            if (request.getMethod().equals("POST")
                    && route.startsWith("/v1/")
                    && CommandRoutes.isOurs(route.substring(4))) {
                commands.handle(route.substring(4), body(request), peer(request), request, response, callback);
                return true;
            }
            answer = answer(request);
        } catch (ConfigException e) {
            answer = Answer.json(422, Wire.problems(e).json());
        } catch (ChangedException e) {
            answer = Answer.json(409, new ErrorReply(String.valueOf(e.getMessage()), e.since(), List.of()).json());
        } catch (RefusedException e) {
            answer = Answer.error(e.status(), String.valueOf(e.getMessage()));
        } catch (WireException e) {
            answer = Answer.error(400, String.valueOf(e.getMessage()));
        } catch (IOException | RuntimeException e) {
            org.slf4j.LoggerFactory.getLogger(Routes.class).warn("request {} failed", request, e);
            answer = Answer.error(500, e.toString());
        }
        response.setStatus(answer.status);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, answer.type);
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, answer.body.remaining());
        response.write(true, answer.body, Callback.from(callback, answer.after));
        return true;
    }

    private Answer answer(Request request) throws IOException, ConfigException, ChangedException {
        String path = Request.getPathInContext(request);
        boolean post = request.getMethod().equals("POST");
        if (!post && !request.getMethod().equals("GET")) {
            return Answer.error(405, "only GET and POST");
        }
        if (!path.startsWith("/v1/")) {
            return Answer.error(404, "no such route: " + path);
        }
        if (!post) {
            return read(path.substring(4));
        }
        Peer peer = peer(request);
        if (!peer.mayChange(controlGroup)) {
            return Answer.error(403, "only root and members of group " + controlGroup + " may change anything");
        }
        byte[] body = body(request);
        if (ConfigurationRoutes.changes(path.substring(4))) {
            return Answer.json(200, configuration.change(path.substring(4), body, peer));
        }
        CommandRequest command = body.length == 0
                ? new CommandRequest(List.of(), Optional.empty(), true)
                : CommandRequest.of(Json.read(body));
        return change(path.substring(4), command, peer);
    }

    private static Peer peer(Request request) throws IOException {
        return Peer.of((SocketChannel)
                request.getConnectionMetaData().getConnection().getEndPoint().getTransport());
    }

    private static byte[] body(Request request) throws IOException {
        try (InputStream in = Content.Source.asInputStream(request)) {
            byte[] body = in.readNBytes(MAX_BODY + 1);
            if (body.length > MAX_BODY) {
                throw new RefusedException(413, "the body is longer than " + MAX_BODY + " bytes");
            }
            return body;
        }
    }

    private Answer read(String route) throws IOException, ConfigException {
        if (route.startsWith("inspect/")) {
            return operations
                    .inspect(Named.one(operations, route.substring("inspect/".length())))
                    .map(inspection ->
                            Answer.json(200, Wire.inspection(inspection).json()))
                    .orElseGet(() -> Answer.error(404, "no such process"));
        }
        if (route.startsWith("findings/")) {
            return Answer.json(
                    200,
                    Wire.findings(operations.findings(Named.one(operations, route.substring("findings/".length()))))
                            .json());
        }
        return switch (route) {
            case "status" ->
                Answer.json(
                        200,
                        new StatusReply(
                                        operations.status().stream()
                                                .map(Wire::service)
                                                .toList(),
                                        List.of(),
                                        configuration.held())
                                .json());
            case "usage" ->
                Answer.json(200, Wire.usage(Instant.now(), operations.usage()).json());
            case "plan", "available", "generations" -> Answer.json(200, configuration.read(route));
            case "daemon" ->
                Answer.json(200, new DaemonReply((int) ProcessHandle.current().pid(), version()).json());
            default -> Answer.error(404, "no such route: GET /v1/" + route);
        };
    }

    private Answer change(String route, CommandRequest command, Peer peer) throws WireException {
        List<String> names = command.names();
        String words = command.signal().map(signal -> route + " " + signal).orElse(route.replace("/", " --"));
        operations.asked(words, names, peer.user());
        return switch (route) {
            case "start" -> outcomes(operations.start(names, command.waits()));
            case "stop" -> outcomes(operations.stop(names, command.waits()));
            case "restart" -> outcomes(operations.restart(names, command.waits()));
            case "restart/rolling" -> outcomes(operations.restartRolling(names, command.waits()));
            case "signal" -> {
                Signal signal = Signal.parse(command.signal().orElse(""))
                        .orElseThrow(() -> new WireException("bad signal name"));
                yield outcomes(operations.signal(signal, names));
            }
            case "reload-service" -> outcomes(operations.reloadServices(names));
            case "pause" -> outcomes(operations.pause(names));
            case "resume" -> outcomes(operations.resume(names));
            case "clear" -> outcomes(operations.clearLogs(names));
            case "shutdown" -> shutdown(Optional.empty());
            case "shutdown/keep" -> shutdown(Optional.of(SupervisorSpec.OnExit.KEEP));
            case "shutdown/stop" -> shutdown(Optional.of(SupervisorSpec.OnExit.STOP));
            default -> Answer.error(404, "no such route: POST /v1/" + route);
        };
    }

    private Answer shutdown(Optional<SupervisorSpec.OnExit> services) {
        Answer answer = outcomes(List.of());
        // A daemon that has nothing to wait for would be gone before it has said so.
        return new Answer(answer.status, answer.body, answer.type, () -> operations.shutdown(services));
    }

    private static Answer outcomes(List<Outcome> outcomes) {
        return Answer.json(200, new OutcomesReply(Wire.outcomes(outcomes)).json());
    }

    private static String version() {
        String version = Routes.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
