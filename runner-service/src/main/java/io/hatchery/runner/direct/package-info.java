/** The direct driver: starts systemd-nspawn under hatchery-supervisor, without systemd. */
@NullMarked
package io.hatchery.runner.direct;

import org.jspecify.annotations.NullMarked;
