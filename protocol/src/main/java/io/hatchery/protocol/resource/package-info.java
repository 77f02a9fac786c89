/** The resources of the API and the stream. */
@NullMarked
package io.hatchery.protocol.resource;

import org.jspecify.annotations.NullMarked;
