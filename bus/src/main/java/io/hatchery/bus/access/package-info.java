/** Sets up users and their rights on Kafka. */
@NullMarked
package io.hatchery.bus.access;

import org.jspecify.annotations.NullMarked;
