/** Evaluates, builds and gives away the NixOS systems of containers. */
@NullMarked
package io.hatchery.config.system;

import org.jspecify.annotations.NullMarked;
