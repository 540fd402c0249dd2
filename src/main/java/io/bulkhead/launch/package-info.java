/**
 * From a spec to a running process: the system calls that contain it, put into a
 * {@link io.bulkhead.libc.SyscallProgram} and run.
 *
 * <p>Touches the kernel by {@code clone3} and what the child does between it and {@code execve}; reads the rootfs' account
 * files, beneath the rootfs only. Specs come from {@code reconcile}, which gets the process or the step that failed.
 */
@NullMarked
package io.bulkhead.launch;

import org.jspecify.annotations.NullMarked;
