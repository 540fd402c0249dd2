package io.bulkhead.control;

import io.bulkhead.control.wire.AppliedReply;
import io.bulkhead.control.wire.AvailableReply;
import io.bulkhead.control.wire.CommandRequest;
import io.bulkhead.control.wire.Json;
import io.bulkhead.control.wire.OutcomesReply;
import io.bulkhead.control.wire.ReconfigureRequest;
import io.bulkhead.control.wire.WireException;
import io.bulkhead.generations.Generation;
import io.bulkhead.reconcile.Operations;
import io.bulkhead.reconcile.Outcome;
import io.bulkhead.reconcile.Reconfiguration;
import io.bulkhead.reconcile.Reconfiguration.Applied;
import io.bulkhead.reconcile.Reconfiguration.ChangedException;
import io.bulkhead.reconcile.Reconfiguration.Request;
import io.bulkhead.reconcile.Reconfiguration.UnknownGenerationException;
import io.bulkhead.spec.ConfigException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** The routes that show or change which configuration is in force. */
final class ConfigurationRoutes {
    private static final List<String> CHANGES = List.of("reload", "apply", "rollback", "update", "add", "remove");

    private final Operations operations;

    ConfigurationRoutes(Operations operations) {
        this.operations = operations;
    }

    static boolean changes(String route) {
        return CHANGES.contains(route);
    }

    Map<String, Object> read(String route) throws ConfigException {
        Reconfiguration configuration = operations.configuration();
        return switch (route) {
            case "plan" -> Wire.plan(configuration.preview()).json();
            case "available" ->
                new AvailableReply(configuration.available().stream()
                                .map(a ->
                                        new AvailableReply.Service(a.instance().shown(), a.inForce(), a.autostart()))
                                .toList())
                        .json();
            default ->
                Wire.generations(configuration.generations(), configuration.current())
                        .json();
        };
    }

    /** The generation that is in force against what the files say, or 0. */
    int held() {
        Generation current = operations.configuration().current();
        return current.held() ? current.number() : 0;
    }

    Map<String, Object> change(String route, byte[] body, Peer peer)
            throws ConfigException, WireException, ChangedException, RefusedException {
        return switch (route) {
            case "update", "add", "remove" -> some(route, body, peer);
            default -> whole(route, body, peer);
        };
    }

    private Map<String, Object> some(String route, byte[] body, Peer peer) throws ConfigException, WireException {
        List<String> names = body.length == 0
                ? List.of()
                : CommandRequest.of(Json.read(body)).names();
        operations.asked(route, names, peer.user());
        Request request = new Request(peer.user(), Optional.empty());
        Reconfiguration configuration = operations.configuration();
        return switch (route) {
            case "update" -> {
                Applied applied = configuration.update(new HashSet<>(names), request);
                yield new AppliedReply(Wire.applied(applied), Wire.outcomes(applied.outcomes())).json();
            }
            case "add" -> outcomes(configuration.add(names, request));
            default -> outcomes(configuration.remove(names, request));
        };
    }

    private static Map<String, Object> outcomes(List<Outcome> outcomes) {
        return new OutcomesReply(Wire.outcomes(outcomes)).json();
    }

    private Map<String, Object> whole(String route, byte[] body, Peer peer)
            throws ConfigException, WireException, ChangedException, RefusedException {
        ReconfigureRequest asked = body.length == 0
                ? new ReconfigureRequest(Optional.empty(), Optional.empty(), OptionalInt.empty())
                : ReconfigureRequest.of(Json.read(body));
        String number =
                asked.generation().isPresent() ? " " + asked.generation().getAsInt() : "";
        operations.asked(route + number, List.of(), peer.user());
        Request request = new Request(peer.user(), asked.confirm());
        Reconfiguration configuration = operations.configuration();
        try {
            return Wire.applied(
                            switch (route) {
                                case "reload" -> configuration.reload(request);
                                case "apply" ->
                                    configuration.apply(
                                            asked.plan().orElseThrow(() -> new WireException("\"plan\" is missing")),
                                            request);
                                default -> configuration.rollback(asked.generation(), request);
                            })
                    .json();
        } catch (UnknownGenerationException e) {
            throw new RefusedException(404, String.valueOf(e.getMessage()));
        }
    }
}
