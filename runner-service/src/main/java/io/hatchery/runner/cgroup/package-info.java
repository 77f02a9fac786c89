/** The kernel's control groups, as a container's processes are found and ended by them. */
@NullMarked
package io.hatchery.runner.cgroup;

import org.jspecify.annotations.NullMarked;
