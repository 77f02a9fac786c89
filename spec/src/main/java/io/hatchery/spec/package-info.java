/** The values of definitions and specs. */
@NullMarked
package io.hatchery.spec;

import org.jspecify.annotations.NullMarked;
