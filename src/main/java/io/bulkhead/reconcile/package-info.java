/**
 * The loop: observe, plan, act, by one thread that owns the state; and the face that the control API calls.
 *
 * <p>Touches the kernel through {@code cgroup}, {@code launch}, {@code process} and {@code logs} only. Configurations come
 * in as {@link io.bulkhead.spec.HostSpec}; what is so and what was done goes out as reports and outcomes.
 */
@NullMarked
package io.bulkhead.reconcile;

import org.jspecify.annotations.NullMarked;
