package io.hatchery.spec.policy;

import io.hatchery.spec.BindMount;
import io.hatchery.spec.Confinement;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Network;
import java.util.ArrayList;
import java.util.List;

/** One check of a spec: what the rules read, and what they refuse. */
final class RuleCheck {
    private final EffectivePolicy policy;
    private final ContainerSpec spec;
    private final PolicyFacts host;
    private final List<PolicyViolation> violations = new ArrayList<>();

    RuleCheck(EffectivePolicy policy, ContainerSpec spec, PolicyFacts host) {
        this.policy = policy;
        this.spec = spec;
        this.host = host;
    }

    EffectivePolicy policy() {
        return policy;
    }

    boolean isRestricted() {
        return policy.level() == PolicyLevel.RESTRICTED;
    }

    ContainerSpec spec() {
        return spec;
    }

    PolicyFacts host() {
        return host;
    }

    Confinement confinement() {
        return spec.confinement() == null ? Confinement.DEFAULT : spec.confinement();
    }

    Network network() {
        return spec.network() == null ? Network.OF_THE_HOST : spec.network();
    }

    /** Where containers can write, this one included. */
    List<PolicyFacts.ContainerFolder> folders() {
        var all = new ArrayList<>(host.folders());
        String name = spec.name().value();
        all.add(new PolicyFacts.ContainerFolder(name, host.resolve(spec.root()).path(), true, false));
        spec.bindMounts().stream()
                .filter(bind -> !bind.isReadOnly())
                .map(BindMount::hostPath)
                .forEach(path -> all.add(
                        new PolicyFacts.ContainerFolder(name, host.resolve(path).path(), false, false)));
        return all;
    }

    /**
     * Refuses a value.
     *
     * @param option that the rule is about
     * @param at where exactly the value is
     */
    void refuse(String option, String at, Object value, String message, String remedy) {
        violations.add(
                new PolicyViolation(policy.level().word() + "/" + option, at, String.valueOf(value), message, remedy));
    }

    List<PolicyViolation> violations() {
        return violations;
    }
}
