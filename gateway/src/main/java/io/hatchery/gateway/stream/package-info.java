/** The websocket. */
@NullMarked
package io.hatchery.gateway.stream;

import org.jspecify.annotations.NullMarked;
