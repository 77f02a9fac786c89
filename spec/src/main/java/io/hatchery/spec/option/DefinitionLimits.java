package io.hatchery.spec.option;

/**
 * The size limits of definitions. An evaluation is one record with definition, spec and errors, and Kafka takes 2 MiB: together they
 * must stay well below that, or no definition after it could be evaluated.
 */
public final class DefinitionLimits {
    /** Maximum size of a definition or profile, in bytes of compact JSON. */
    public static final int MAX_BYTES = 256 << 10;

    /** Maximum size of a merged definition, in bytes of compact JSON; the spec is about as large. */
    public static final int MAX_MERGED_BYTES = 1 << 20;

    /** Maximum number of profiles of a container; at their maximum size, 8 MiB are merged. */
    public static final int MAX_PROFILES = 32;

    /** Maximum number of listed errors; one more entry has the number of others. */
    public static final int MAX_ERRORS = 50;

    /** Maximum number of errors counted beyond the listed ones; then checking stops. */
    static final int MAX_COUNTED = 1_000;

    private DefinitionLimits() {}
}
