/**
 * Processes as the kernel shows them: telling one from another, signalling, learning how one ended.
 *
 * <p>Touches {@code /proc} and pidfds. {@code reconcile} asks; nothing here remembers a service.
 */
@NullMarked
package io.bulkhead.process;

import org.jspecify.annotations.NullMarked;
