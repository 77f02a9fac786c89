/** Message authentication codes of records: which keys there are, and how records are signed and checked. */
@NullMarked
package io.hatchery.bus.authentication;

import org.jspecify.annotations.NullMarked;
