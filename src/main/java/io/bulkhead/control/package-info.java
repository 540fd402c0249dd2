/**
 * The control API: HTTP/1.1 and JSON over a Unix-domain socket, and who may use it.
 *
 * <p>Touches the socket. Requests go to {@code reconcile}'s {@link io.bulkhead.reconcile.Operations}; what comes back is
 * written as {@code wire} records.
 */
@NullMarked
package io.bulkhead.control;

import org.jspecify.annotations.NullMarked;
