/**
 * What services answer when they are asked whether they are ready and well.
 *
 * <p>Touches sockets in the services' networks, by one thread of its own. Which services there are comes from {@code reconcile},
 * which is told what has changed and reads the {@link io.bulkhead.status.Signs} of each. Services are not trusted: whatever they
 * send is bounded in time and in bytes.
 */
@NullMarked
package io.bulkhead.health;

import org.jspecify.annotations.NullMarked;
