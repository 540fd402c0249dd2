/**
 * Control groups: v1, hybrid and v2 hosts behind one interface, {@link io.bulkhead.cgroup.CgroupDriver}.
 *
 * <p>Touches cgroupfs below our parent group, and {@code /proc} to find it; imports {@code libc}, {@code spec} and
 * {@code status}. Limits come from {@code spec}; what the kernel holds goes back to whoever asks.
 */
@NullMarked
package io.bulkhead.cgroup;

import org.jspecify.annotations.NullMarked;
