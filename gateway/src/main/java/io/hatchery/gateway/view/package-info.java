/** What the gateway knows of the fleet, folded from the topics. */
@NullMarked
package io.hatchery.gateway.view;

import org.jspecify.annotations.NullMarked;
