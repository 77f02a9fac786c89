/** What a runner writes down on its host. */
@NullMarked
package io.hatchery.runner.journal;

import org.jspecify.annotations.NullMarked;
