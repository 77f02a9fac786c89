/** The Nix that is installed, as processes whose output is made for machines. */
@NullMarked
package io.hatchery.nix;

import org.jspecify.annotations.NullMarked;
