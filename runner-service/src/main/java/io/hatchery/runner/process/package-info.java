/** Processes and signals. */
@NullMarked
package io.hatchery.runner.process;

import org.jspecify.annotations.NullMarked;
