/** Reads of the fleet's database, off the event loop. */
@NullMarked
package io.hatchery.gateway.read;

import org.jspecify.annotations.NullMarked;
