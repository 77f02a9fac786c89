package io.hatchery.protocol;

/**
 * Record headers. Those that start with {@code ce_} are the CloudEvents 1.0 Kafka binding's in binary mode; all are UTF-8 text.
 */
public final class Headers {
    /** Identifies the message. */
    public static final String ID = "ce_id";
    /** What kind of message. */
    public static final String TYPE = "ce_type";
    /** Who wrote it. */
    public static final String SOURCE = "ce_source";
    /** When, RFC 3339. */
    public static final String TIME = "ce_time";
    /** Always {@code 1.0}. */
    public static final String SPEC_VERSION = "ce_specversion";
    /** On a definition: the revision that it expects to replace; {@link #NO_REVISION} expects none. */
    public static final String IF_MATCH = "hatchery_if_match";
    /** In place of a revision: there is no definition yet. A revision is an offset, so 0 is one. */
    public static final String NO_REVISION = "-1";
    /** On a deletion: {@code true} removes the container's root as well. */
    public static final String PURGE = "hatchery_purge";
    /** On the tombstone of a spec, and on that of the status that confirms it: the id of the operation. */
    public static final String OPERATION = "hatchery_operation";
    /** On a deletion of a spec: the last generation that is taken back, as a number. */
    public static final String GENERATION = "hatchery_generation";
    /** On a definition or a deletion: the principal that requested it. */
    public static final String REQUESTED_BY = "hatchery_requested_by";
    /** On a dead letter: why nobody could read it. */
    public static final String REASON = "hatchery_reason";
    /** On a dead letter: {@code <topic>/<partition>/<offset>} of the record. */
    public static final String ORIGIN = "hatchery_origin";
    /** On a dead letter: who could not read it. */
    public static final String READER = "hatchery_reader";

    /** On a dead letter that holds only a part of its record: how many bytes the record had. */
    public static final String ORIGINAL_SIZE = "hatchery_original_size";

    /** The message authentication code of a record: {@code <key id>:<HMAC-SHA-256 in base64url>}. */
    public static final String MAC = "hatchery_mac";

    /** On a signed report: the host whose key signed it; none on reports of the control plane. */
    public static final String SIGNER = "hatchery_signer";

    /** On a signed record: the time of the signature by the clock of its producer, RFC 3339. */
    public static final String SIGNED_AT = "hatchery_signed_at";

    private Headers() {}
}
