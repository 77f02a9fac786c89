package io.hatchery.protocol.resource;

import io.hatchery.protocol.AuditEntry;
import org.jspecify.annotations.Nullable;

/**
 * An item of the audit trail.
 *
 * @param offset of the record
 * @param hash the SHA-256 of the record, which the next entry of the gateway has as {@code previous}
 * @param entry null if the record cannot be read
 */
public record AuditItem(long offset, String hash, @Nullable AuditEntry entry) {}
