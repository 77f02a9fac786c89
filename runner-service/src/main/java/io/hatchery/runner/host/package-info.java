/** This host: its files, kernel, network interfaces and roots, and what its administrator allows. */
@NullMarked
package io.hatchery.runner.host;

import org.jspecify.annotations.NullMarked;
