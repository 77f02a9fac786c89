/** What happens to a container, decided by a pure function over immutable records. */
@NullMarked
package io.hatchery.runner.lifecycle;

import org.jspecify.annotations.NullMarked;
