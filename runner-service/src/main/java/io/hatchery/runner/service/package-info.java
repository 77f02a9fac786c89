/** The runner: specs and commands in, statuses and events out. */
@NullMarked
package io.hatchery.runner.service;

import org.jspecify.annotations.NullMarked;
