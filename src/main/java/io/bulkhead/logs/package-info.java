/**
 * The services' output: pipes that outlive their reader, the pump that empties them into files, syslog or journald, rotation.
 *
 * <p>Touches the pipes, run-dir's spools and the record of who keeps pipes, the files under log-dir, and the sockets of other logs. Bytes come from the services,
 * which are not trusted; they go on as they are, but for what a layout adds to each line.
 */
@NullMarked
package io.bulkhead.logs;

import org.jspecify.annotations.NullMarked;
