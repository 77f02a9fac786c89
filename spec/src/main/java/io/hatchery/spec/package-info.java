/** The language of containers. */
@NullMarked
package io.hatchery.spec;

import org.jspecify.annotations.NullMarked;
