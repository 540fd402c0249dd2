/**
 * What is installed beside the programs to be read or completed: manual pages and shells' scripts, made while the
 * distribution is built.
 *
 * <p>Made of the commands' own descriptions and of the reference configuration, so that none of them can lag; reads and writes
 * files. Nothing imports it, and no program loads it.
 */
@NullMarked
package io.bulkhead.docs;

import org.jspecify.annotations.NullMarked;
