/** Reads the logs of containers from the topics of hosts. */
@NullMarked
package io.hatchery.gateway.logs;

import org.jspecify.annotations.NullMarked;
