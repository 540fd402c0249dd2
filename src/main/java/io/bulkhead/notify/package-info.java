/**
 * systemd's side of the daemon: readiness, reloads, the watchdog, a control socket it passes.
 *
 * <p>Touches the datagram socket that systemd names in the environment, and the descriptor it passes. {@code daemon} calls;
 * without systemd nothing happens.
 */
@NullMarked
package io.bulkhead.notify;

import org.jspecify.annotations.NullMarked;
