/** Sessions of users inside the containers of this host: from the command that asks for one to the process that runs in it. */
@NullMarked
package io.hatchery.runner.session;

import org.jspecify.annotations.NullMarked;
