/** Measurements: what a launch, a plan and a configuration cost. */
@NullMarked
package io.bulkhead.bench;

import org.jspecify.annotations.NullMarked;
