/** The service that turns definitions into specs. */
@NullMarked
package io.hatchery.config;

import org.jspecify.annotations.NullMarked;
