/** What a host allows its containers: levels, exceptions, and the check of a spec against them. Pure. */
@NullMarked
package io.hatchery.spec.policy;

import org.jspecify.annotations.NullMarked;
