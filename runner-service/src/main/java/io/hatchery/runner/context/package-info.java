/** What there is to a runner's one context: how it waits, and how it has work done that would hold it up. */
@NullMarked
package io.hatchery.runner.context;

import org.jspecify.annotations.NullMarked;
