/** How a spec becomes a systemd-nspawn that runs. */
@NullMarked
package io.hatchery.runner.nspawn;

import org.jspecify.annotations.NullMarked;
