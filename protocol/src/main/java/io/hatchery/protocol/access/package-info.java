/** Who may do what on Kafka. */
@NullMarked
package io.hatchery.protocol.access;

import org.jspecify.annotations.NullMarked;
