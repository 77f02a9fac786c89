package io.hatchery.runner.lifecycle;

import io.hatchery.spec.ContainerSpec;

/** Specs for tests of other packages. */
public final class SpecsOfTests {
    private SpecsOfTests() {}

    /** Of a container web with root {@code /r}. */
    public static ContainerSpec plain() {
        return Tale.Wish.plain().spec();
    }
}
