/** The messages and topics as JSON Schema and AsyncAPI documents. */
@NullMarked
package io.hatchery.protocol.schema;

import org.jspecify.annotations.NullMarked;
