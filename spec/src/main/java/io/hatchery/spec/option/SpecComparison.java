package io.hatchery.spec.option;

import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Payload;
import io.hatchery.spec.SpecChange;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** Compares specs of one container by the options that were declared for them. */
public final class SpecComparison {
    private static final Set<String> RELOADABLE = Set.of("path");

    private SpecComparison() {}

    /** The options that differ between two specs, whatever their generations. */
    public static SpecChange between(ContainerSpec before, ContainerSpec after) {
        var live = new TreeSet<String>();
        var restart = new TreeSet<String>();
        for (Option option : Options.container().options()) {
            Option.SpecValue value = option.inSpec();
            if (value != null
                    && !Objects.equals(value.of().apply(before), value.of().apply(after))) {
                (value.appliesLive() ? live : restart).add(option.name());
            }
        }
        return new SpecChange(live, restart);
    }

    /** Whether a running container takes the next spec by a switch of its NixOS system, without a restart. */
    public static boolean isReload(ContainerSpec running, ContainerSpec next) {
        return Boolean.TRUE.equals(next.reloadIfChanged())
                && next.payload() instanceof Payload.SystemPath
                && between(running, next).restart().equals(RELOADABLE);
    }
}
