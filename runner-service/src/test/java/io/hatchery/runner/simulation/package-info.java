/**
 * A world in which everything that can go wrong does: the production code of runner and config-service in one thread, under
 * virtual time, on a simulated bus and simulated hosts. A seed decides everything.
 */
@NullMarked
package io.hatchery.runner.simulation;

import org.jspecify.annotations.NullMarked;
