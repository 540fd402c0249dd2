/**
 * The only native boundary: {@link io.bulkhead.libc.LibC} as C has it, {@link io.bulkhead.libc.Linux} typed and throwing
 * {@link io.bulkhead.libc.ErrnoException}, and {@link io.bulkhead.libc.SyscallProgram}, by which a process is started.
 *
 * <p>Touches the kernel by system calls and imports nothing of the project. Every other package that needs the kernel
 * comes here.
 */
@NullMarked
package io.bulkhead.libc;

import org.jspecify.annotations.NullMarked;
