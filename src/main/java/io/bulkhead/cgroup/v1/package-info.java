/**
 * Control groups version 1: a hierarchy a controller, or a few controllers.
 *
 * <p>A class a controller, mirrored in {@code v2}, states which files hold which limit; touches nothing itself. Limits come
 * from {@code spec}; the driver compares and writes what these classes answer.
 */
@NullMarked
package io.bulkhead.cgroup.v1;

import org.jspecify.annotations.NullMarked;
