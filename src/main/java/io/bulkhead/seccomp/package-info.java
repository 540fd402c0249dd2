/**
 * System call filters: the default profile, and any profile as the program that the kernel runs at each call.
 *
 * <p>Touches memory only, and its own table of the kernel's numbers. {@code launch} gives it a service's profile and
 * capabilities and loads what comes out.
 */
@NullMarked
package io.bulkhead.seccomp;

import org.jspecify.annotations.NullMarked;
