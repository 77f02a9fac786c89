/** Containers as units of the host's systemd. */
@NullMarked
package io.hatchery.runner.systemd;

import org.jspecify.annotations.NullMarked;
