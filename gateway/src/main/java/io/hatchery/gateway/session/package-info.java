/** Sessions between clients and the runners of hosts: who may open the other end of one, and the bytes between both. */
@NullMarked
package io.hatchery.gateway.session;

import org.jspecify.annotations.NullMarked;
