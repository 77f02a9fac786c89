/** What client, gateway and runner tell each other about sessions inside containers. Pure. */
@NullMarked
package io.hatchery.protocol.session;

import org.jspecify.annotations.NullMarked;
