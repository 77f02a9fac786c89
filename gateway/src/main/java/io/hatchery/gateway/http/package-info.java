/** The HTTP API. */
@NullMarked
package io.hatchery.gateway.http;

import org.jspecify.annotations.NullMarked;
