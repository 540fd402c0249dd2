/**
 * Control groups version 2: one hierarchy for all controllers, distributed from the top.
 *
 * <p>A class a controller, mirrored in {@code v1}, states which files hold which limit; only {@link
 * io.bulkhead.cgroup.v2.UnifiedHierarchy} touches cgroupfs, and {@link io.bulkhead.cgroup.v2.Devices} attaches programs. Limits come from {@code spec}; the driver compares and writes what
 * these classes answer.
 */
@NullMarked
package io.bulkhead.cgroup.v2;

import org.jspecify.annotations.NullMarked;
