/**
 * systemd's side of the daemon: readiness, reloads, the watchdog.
 *
 * <p>Touches the datagram socket that systemd names in the environment. {@code daemon} calls; without systemd nothing
 * happens.
 */
@NullMarked
package io.bulkhead.notify;

import org.jspecify.annotations.NullMarked;
