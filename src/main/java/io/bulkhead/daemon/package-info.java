/**
 * {@code supervisord}: its command line, its start, its signals, and the wiring of all other packages.
 *
 * <p>Touches standard error, run-dir's lock and the process' signals. Nothing imports it.
 */
@NullMarked
package io.bulkhead.daemon;

import org.jspecify.annotations.NullMarked;
