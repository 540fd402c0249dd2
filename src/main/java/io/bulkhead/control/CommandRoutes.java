package io.bulkhead.control;

import io.bulkhead.control.wire.AttachmentView;
import io.bulkhead.control.wire.CommandReply;
import io.bulkhead.control.wire.ExecRequest;
import io.bulkhead.control.wire.Fields;
import io.bulkhead.control.wire.Json;
import io.bulkhead.control.wire.RunRequest;
import io.bulkhead.reconcile.Attachment;
import io.bulkhead.reconcile.CommandException;
import io.bulkhead.reconcile.ExecCommand;
import io.bulkhead.reconcile.Operations;
import io.bulkhead.reconcile.RunCommand;
import io.bulkhead.reconcile.Session;
import io.bulkhead.spec.ConfigException;
import io.bulkhead.status.ExitStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** The routes that run a command and answer when it has ended, however long that takes; no thread waits for it. */
final class CommandRoutes {
    private final Operations operations;

    CommandRoutes(Operations operations) {
        this.operations = operations;
    }

    static boolean isOurs(String route) {
        return route.equals("exec") || route.equals("run") || route.equals("leave");
    }

    /** What it does is root's alone to ask for: a file of the service's, or of the host's, is a command away. */
    void handle(String route, byte[] body, Peer peer, Request request, Response response, Callback callback)
            throws IOException, ConfigException {
        if (!peer.isOwner()) {
            throw new RefusedException(403, "only root may run commands");
        }
        Fields fields = Json.read(body);
        if (route.equals("leave")) {
            fields.requireOnly(List.of("session"));
            boolean left = operations.leave(fields.text("session"));
            answer(
                    new CommandReply(left ? 0 : CommandException.OURS, left ? "" : "no such session"),
                    response,
                    callback);
            return;
        }
        try {
            if (route.equals("exec")) {
                ExecRequest exec = ExecRequest.of(fields);
                operations.asked("exec " + String.join(" ", exec.command()), List.of(exec.name()), peer.user());
                boolean waits = exec.attachment().isPresent();
                attend(operations.exec(command(exec)), waits, request, response, callback);
            } else {
                RunRequest run = RunRequest.of(fields);
                operations.asked("run " + run.name(), List.of(), peer.user());
                attend(operations.run(command(run)), run.attachment().isPresent(), request, response, callback);
            }
        } catch (CommandException e) {
            answer(new CommandReply(e.exitCode(), String.valueOf(e.getMessage())), response, callback);
        }
    }

    private static RunCommand command(RunRequest run) {
        byte[] configuration = Json.write(Map.of("services", Map.of(run.name(), run.service())));
        return new RunCommand(
                run.name(),
                new String(configuration, StandardCharsets.UTF_8),
                run.attachment().map(CommandRoutes::attachment));
    }

    private static ExecCommand command(ExecRequest exec) {
        return new ExecCommand(
                exec.name(),
                exec.command(),
                exec.environment(),
                exec.user(),
                exec.workdir(),
                exec.attachment().map(CommandRoutes::attachment));
    }

    private static Attachment attachment(AttachmentView view) {
        return new Attachment(
                view.address(),
                view.token(),
                view.input(),
                view.terminal() ? Optional.of(new Attachment.Terminal(view.rows(), view.columns())) : Optional.empty());
    }

    private void attend(Session session, boolean waits, Request request, Response response, Callback callback) {
        if (!waits) {
            var unused =
                    session.begun().thenRun(() -> later(request, () -> answer(begun(session), response, callback)));
            return;
        }
        AtomicBoolean answered = new AtomicBoolean();
        new PeerWatch(request.getConnectionMetaData().getConnection().getEndPoint(), why -> {
                    operations.hangUp(session.id());
                    if (answered.compareAndSet(false, true)) {
                        callback.failed(why);
                    }
                })
                .begin();
        var unused = session.end().whenComplete((status, failure) -> {
            if (answered.compareAndSet(false, true)) {
                later(request, () -> answer(reply(status, failure), response, callback));
            }
        });
    }

    /** Not by the thread that has noticed: it is the loop's. */
    private static void later(Request request, Runnable task) {
        request.getComponents().getExecutor().execute(task);
    }

    private static CommandReply begun(Session session) {
        return session.end().isCompletedExceptionally()
                ? session.end().handle(CommandRoutes::reply).join()
                : new CommandReply(0, "");
    }

    private static CommandReply reply(@Nullable ExitStatus status, @Nullable Throwable failure) {
        Throwable cause = failure instanceof CompletionException wrapped ? wrapped.getCause() : failure;
        if (cause instanceof CommandException refusal) {
            return new CommandReply(refusal.exitCode(), String.valueOf(refusal.getMessage()));
        }
        return status == null ? new CommandReply(CommandException.OURS, String.valueOf(cause)) : reply(status);
    }

    private static CommandReply reply(ExitStatus status) {
        if (status instanceof ExitStatus.Exited exited) {
            return new CommandReply(exited.code(), "");
        }
        if (status instanceof ExitStatus.Signaled signaled) {
            return new CommandReply(128 + signaled.signal(), "");
        }
        return new CommandReply(CommandException.OURS, status.toString());
    }

    private static void answer(CommandReply reply, Response response, Callback callback) {
        ByteBuffer body = ByteBuffer.wrap(Json.write(reply.json()));
        response.setStatus(200);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.remaining());
        response.write(true, body, callback);
    }
}
