/** Tokens of the API, and what their holders may do. */
@NullMarked
package io.hatchery.protocol.token;

import org.jspecify.annotations.NullMarked;
