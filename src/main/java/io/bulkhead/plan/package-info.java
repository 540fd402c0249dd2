/**
 * What to do: a pure function of what is desired, what was observed, what is remembered and the time.
 *
 * <p>Touches memory only: no clock, no I/O, no logging. Desired and observed state come from {@code reconcile}, which
 * carries the {@link io.bulkhead.plan.Plan} out.
 */
@NullMarked
package io.bulkhead.plan;

import org.jspecify.annotations.NullMarked;
