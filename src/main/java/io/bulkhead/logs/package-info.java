/**
 * The services' output: FIFOs that outlive their reader, the pump that empties them into files, rotation.
 *
 * <p>Touches run-dir's FIFOs and the files under log-dir. Bytes come from the services, which are not trusted; they go to
 * files as they are.
 */
@NullMarked
package io.bulkhead.logs;

import org.jspecify.annotations.NullMarked;
