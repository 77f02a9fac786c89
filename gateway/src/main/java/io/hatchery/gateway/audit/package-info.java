/** The audit trail of the API. */
@NullMarked
package io.hatchery.gateway.audit;

import org.jspecify.annotations.NullMarked;
