package io.hatchery.spec.option;

/**
 * How large definitions may be. What follows from a definition is one record on the bus, which takes 2 MiB: the definition, the spec
 * and the errors of one evaluation together must stay well below that, or no definition after it could be evaluated.
 */
public final class DefinitionLimits {
    /** The most bytes of a definition or a profile, as compact JSON. A NixOS module of that size has thousands of lines. */
    public static final int MAX_BYTES = 256 << 10;

    /** The most bytes of what a definition and its profiles are merged to, as compact JSON; the spec is about as large. */
    public static final int MAX_MERGED_BYTES = 1 << 20;

    /** The most profiles that one container names; with each of them full, merging handles 8 MiB. */
    public static final int MAX_PROFILES = 32;

    /** The most errors that are listed; one more entry says how many others there are. Nobody mends more at a time. */
    public static final int MAX_ERRORS = 50;

    /** The most errors that are counted beyond those listed; then the rest of the definition is not looked at. */
    static final int MAX_COUNTED = 1_000;

    private DefinitionLimits() {}
}
