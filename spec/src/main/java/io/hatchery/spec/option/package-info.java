/** The option engine: options are declared once, and from that declaration come check, merge, schema and reference. */
@NullMarked
package io.hatchery.spec.option;

import org.jspecify.annotations.NullMarked;
