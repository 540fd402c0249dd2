/**
 * What a host offers of that which Bulkhead uses, and how to get what it lacks: a list of findings.
 *
 * <p>Reads /proc and cgroupfs, asks the kernel whether it knows a system call, runs {@code systemctl}; changes nothing and needs
 * neither root nor a daemon. Everything of the host comes through {@link io.bulkhead.doctor.Host}.
 */
@NullMarked
package io.bulkhead.doctor;

import org.jspecify.annotations.NullMarked;
