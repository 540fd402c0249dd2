/**
 * {@code supervisorctl}: a command line in, lines and an exit code out.
 *
 * <p>Touches the control socket, standard output and error; offline commands read configurations and write root file
 * systems. It knows the daemon by the control API's wire records alone.
 */
@NullMarked
package io.bulkhead.cli;

import org.jspecify.annotations.NullMarked;
