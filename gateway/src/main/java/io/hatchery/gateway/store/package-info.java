/** The database of the gateway's read model. */
@NullMarked
package io.hatchery.gateway.store;

import org.jspecify.annotations.NullMarked;
