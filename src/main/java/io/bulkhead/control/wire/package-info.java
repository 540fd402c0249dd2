/**
 * What goes over the control socket: the JSON objects of requests and replies as records.
 *
 * <p>Touches memory only and imports the JDK and the JSON library alone, so that {@code supervisorctl} can load it
 * without the server. {@code control} makes replies of reports and outcomes, {@code cli} reads them back.
 *
 * <p>Every object is written and read by hand, without reflection: names on the wire don't change when a component is
 * renamed, and the command starts faster. A field without a value is left out. Times are ISO-8601 in UTC
 * ({@code 2024-11-24T03:12:00Z}), since {@code curl | jq} is a client as well; results and effects are lower-case words
 * joined by dashes ({@code no-such-process}). A reader skips fields it doesn't know.
 */
@NullMarked
package io.bulkhead.control.wire;

import org.jspecify.annotations.NullMarked;
