/** How clients reach the gateway: TLS, trusted proxies, and the names that it answers to. */
@NullMarked
package io.hatchery.gateway.tls;

import org.jspecify.annotations.NullMarked;
