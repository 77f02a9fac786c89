/** How Hatchery's values are read from and written to JSON and YAML. */
@NullMarked
package io.hatchery.spec.json;

import org.jspecify.annotations.NullMarked;
