/** Who may do what at the API. */
@NullMarked
package io.hatchery.gateway.access;

import org.jspecify.annotations.NullMarked;
