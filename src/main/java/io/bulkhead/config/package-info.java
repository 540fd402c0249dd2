/**
 * Configuration: HOCON files become a {@link io.bulkhead.spec.HostSpec}, or a list of every problem found in them.
 *
 * <p>Reads regular files and the names of environment variables and touches nothing else. What it returns is immutable
 * and goes to the planner; problems go, with file and line, to whoever asked for the configuration.
 */
@NullMarked
package io.bulkhead.config;

import org.jspecify.annotations.NullMarked;
