/** Evaluates, builds and caches the NixOS systems of containers. */
@NullMarked
package io.hatchery.config.system;

import org.jspecify.annotations.NullMarked;
