package io.hatchery.nix;

import java.io.IOException;
import java.util.List;

/** A Nix command that failed, with its errors. */
public final class NixFailure extends IOException {
    private static final long serialVersionUID = 1;

    private final transient List<NixLine.NixError> failures;

    NixFailure(String message, List<NixLine.NixError> failures) {
        super(message);
        this.failures = List.copyOf(failures);
    }

    /** The errors in the order of output; empty if there were none or the command was killed. */
    public List<NixLine.NixError> failures() {
        return failures;
    }
}
