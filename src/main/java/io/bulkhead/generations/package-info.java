/**
 * The configurations that were in force, numbered: the last few of them, whole, so that each can be put in force again.
 *
 * <p>Touches files under state-dir, which outlive a reboot, and are root's alone to read: there may be passwords in a
 * configuration. {@code reconcile} adds and asks; nothing here judges a configuration.
 */
@NullMarked
package io.bulkhead.generations;

import org.jspecify.annotations.NullMarked;
