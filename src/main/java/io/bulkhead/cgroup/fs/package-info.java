/**
 * What both cgroup versions share: a group's files, the tree below it, a controller's settings and our parent group.
 *
 * <p>Touches cgroupfs below our parent group and imports {@code libc} and {@code spec} only. {@code v1} and {@code v2}
 * state what is particular to a version in these terms, and the driver puts it in force through them.
 */
@NullMarked
package io.bulkhead.cgroup.fs;

import org.jspecify.annotations.NullMarked;
