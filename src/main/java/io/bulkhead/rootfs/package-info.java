/**
 * Root file systems made from what the host has, by reading ELF and executing nothing.
 *
 * <p>Reads the host's binaries and libraries; writes beneath the directory it was given and nowhere else. {@code cli} asks
 * for it.
 */
@NullMarked
package io.bulkhead.rootfs;

import org.jspecify.annotations.NullMarked;
