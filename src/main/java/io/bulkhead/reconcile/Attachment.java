package io.bulkhead.reconcile;

import java.util.Optional;

/**
 * How somebody attends a command. Its standard streams are pipes, or a pseudo-terminal, of which he is handed the other ends:
 * nothing of his becomes the command's, and nothing goes through the daemon.
 *
 * @param address {@code @name} in the abstract namespace of Unix-domain sockets, where he waits for them
 * @param token what he knows the message by
 * @param input whether there is any input; if not, it has ended
 */
public record Attachment(String address, String token, boolean input, Optional<Terminal> terminal) {
    /** How much a terminal shows at first; 0 is unknown. */
    public record Terminal(int rows, int columns) {}
}
