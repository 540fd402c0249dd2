/**
 * What a shell needs to complete a command line of {@code supervisorctl}: made from the commands themselves, so it never lags.
 *
 * <p>Touches nothing. The scripts ask the daemon for the names of its services, by running {@code supervisorctl status}.
 */
@NullMarked
package io.bulkhead.cli.completion;

import org.jspecify.annotations.NullMarked;
