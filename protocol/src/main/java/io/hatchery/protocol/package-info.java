/** The messages and topics of the bus. */
@NullMarked
package io.hatchery.protocol;

import org.jspecify.annotations.NullMarked;
