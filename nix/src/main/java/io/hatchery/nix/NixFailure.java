package io.hatchery.nix;

import java.io.IOException;
import java.util.List;

/** A Nix command that failed, with all that it said of why. */
public final class NixFailure extends IOException {
    private static final long serialVersionUID = 1;

    private final transient List<NixLine.NixError> failures;

    NixFailure(String message, List<NixLine.NixError> failures) {
        super(message);
        this.failures = List.copyOf(failures);
    }

    /** What it said, in its order; empty if it ended without a word, or was killed. */
    public List<NixLine.NixError> failures() {
        return failures;
    }
}
