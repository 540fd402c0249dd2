/**
 * Facts and memory: what the kernel was seen to hold, and what is remembered of each service between two looks.
 *
 * <p>Touches memory only. Observations come from {@code cgroup}, {@code process} and {@code launch}; {@code plan} turns
 * them and the specs into new statuses.
 */
@NullMarked
package io.bulkhead.status;

import org.jspecify.annotations.NullMarked;
