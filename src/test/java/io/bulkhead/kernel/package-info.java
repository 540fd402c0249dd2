/**
 * What tests of a real kernel share: the {@link io.bulkhead.kernel.KernelTest} condition.
 *
 * <p>Touches nothing but {@code /proc} and the permissions of cgroup mounts. Every integration test reads it from here.
 */
@NullMarked
package io.bulkhead.kernel;

import org.jspecify.annotations.NullMarked;
