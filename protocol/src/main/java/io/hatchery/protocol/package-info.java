/** The language of the bus: what travels on which topic. */
@NullMarked
package io.hatchery.protocol;

import org.jspecify.annotations.NullMarked;
