/** Gets the systems of containers into the host's Nix store, and keeps them there. */
@NullMarked
package io.hatchery.runner.store;

import org.jspecify.annotations.NullMarked;
