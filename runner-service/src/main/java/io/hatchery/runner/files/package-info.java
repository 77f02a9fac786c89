/** Files and folders that belong to Hatchery alone. */
@NullMarked
package io.hatchery.runner.files;

import org.jspecify.annotations.NullMarked;
