/** The one executable: the services, the client commands, and all of it at once. */
@NullMarked
package io.hatchery.app;

import org.jspecify.annotations.NullMarked;
