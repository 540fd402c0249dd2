/**
 * What happened since the host was booted, and why: a bounded history, numbered, that outlives the daemon.
 *
 * <p>Touches files under run-dir. The loop adds events and writes them out once a round; the control API reads them, from any
 * thread, without asking the loop.
 */
@NullMarked
package io.bulkhead.events;

import org.jspecify.annotations.NullMarked;
