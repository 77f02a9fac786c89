/** How a spec becomes a call of systemd-nspawn, directives of a unit and steps around it. Pure. */
@NullMarked
package io.hatchery.runner.plan;

import org.jspecify.annotations.NullMarked;
