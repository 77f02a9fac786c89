/** The logs of containers on their way from this host to Kafka. */
@NullMarked
package io.hatchery.runner.logs;

import org.jspecify.annotations.NullMarked;
