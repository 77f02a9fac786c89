/** The contract between the runner and what runs containers on a host, with the types that every driver uses. */
@NullMarked
package io.hatchery.runner.driver;

import org.jspecify.annotations.NullMarked;
