/** The fleet over HTTP and websockets. */
@NullMarked
package io.hatchery.gateway;

import org.jspecify.annotations.NullMarked;
