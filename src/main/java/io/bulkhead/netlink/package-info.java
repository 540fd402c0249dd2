/**
 * Interfaces, addresses and routes, by messages to the kernel as rtnetlink(7) has them.
 *
 * <p>Touches the network namespace that a socket was opened in, and nothing else. {@code launch} connects services with it.
 */
@NullMarked
package io.bulkhead.netlink;

import org.jspecify.annotations.NullMarked;
