/** Authenticates Kafka clients with SCRAM-SHA-512. */
@NullMarked
package io.hatchery.bus.scram;

import org.jspecify.annotations.NullMarked;
