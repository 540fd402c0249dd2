/**
 * Desired state: what an operator declared, as immutable records that cannot hold an invalid value.
 *
 * <p>Touches memory only and imports nothing but the JDK. Specs come from {@code config}; everything else reads them.
 */
@NullMarked
package io.bulkhead.spec;

import org.jspecify.annotations.NullMarked;
