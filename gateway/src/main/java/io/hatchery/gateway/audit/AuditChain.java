package io.hatchery.gateway.audit;

import io.hatchery.protocol.AuditEntry;
import io.hatchery.protocol.AuditEntryBuilder;
import io.hatchery.spec.json.Json;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Numbers the entries of a gateway, and gives each the hash of the one before. Used on one thread. */
final class AuditChain {
    private final String gateway;
    private long sequence;
    private String previous = "";

    AuditChain(String gateway) {
        this.gateway = gateway;
    }

    /** An entry that is linked, and the JSON text as which it must be written. */
    record LinkedEntry(AuditEntry entry, String json) {}

    /**
     * Links an entry to the one before.
     *
     * @param unlinked an entry without gateway, number and hash
     */
    LinkedEntry link(AuditEntryBuilder unlinked) {
        AuditEntry entry =
                unlinked.gateway(gateway).sequence(sequence).previous(previous).build();
        String json = Json.text(entry);
        sequence++;
        previous = hash(json.getBytes(StandardCharsets.UTF_8));
        return new LinkedEntry(entry, json);
    }

    /** The hash of an entry as it was written. */
    static String hash(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
