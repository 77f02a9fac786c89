/** Kafka's own server inside this process. */
@NullMarked
package io.hatchery.broker;

import org.jspecify.annotations.NullMarked;
