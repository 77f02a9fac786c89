/** The edge to Kafka. */
@NullMarked
package io.hatchery.bus;

import org.jspecify.annotations.NullMarked;
