/** What the gateway shows of the fleet, in answers and on its stream. */
@NullMarked
package io.hatchery.protocol.resource;

import org.jspecify.annotations.NullMarked;
