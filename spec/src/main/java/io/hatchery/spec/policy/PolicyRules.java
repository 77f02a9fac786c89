package io.hatchery.spec.policy;

import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.option.Option;
import io.hatchery.spec.option.Options;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The rules of all options, and the check of a spec by them. */
public final class PolicyRules {
    /** Of options whose rule is not among those below: they reach nothing of the host. */
    private static final List<String> FREE = List.of(
            "path",
            "config",
            "flake",
            "nixpkgs",
            "specialArgs",
            "boot",
            "command",
            "environment",
            "ephemeral",
            "copyResolvConf",
            "host",
            "hostSelector",
            "labels",
            "description",
            "profiles",
            "autoStart",
            "restartIfChanged",
            "reloadIfChanged",
            "rollbackOnFailure",
            "startTimeout",
            "stopTimeout",
            "restart",
            "readiness",
            "killSignal");

    private static final Map<String, PolicyRule> BY_OPTION = Stream.of(
                    FREE.stream().map(PolicyRule::free),
                    FileRules.all().stream(),
                    NetworkRules.all().stream(),
                    ConfinementRules.all().stream())
            .flatMap(Function.identity())
            .collect(Collectors.toUnmodifiableMap(PolicyRule::option, Function.identity()));

    private PolicyRules() {}

    /** The rule of each option, in the order of the reference of options. */
    static List<PolicyRule> inOrder() {
        return Options.container().options().stream()
                .map(Option::name)
                .map(name -> {
                    PolicyRule rule = BY_OPTION.get(name);
                    if (rule == null) {
                        throw new IllegalStateException("the option " + name + " has no rule: add it to PolicyRules");
                    }
                    return rule;
                })
                .toList();
    }

    /**
     * Checks a spec.
     *
     * @return all violations; empty if the host allows it
     */
    public static List<PolicyViolation> check(EffectivePolicy policy, ContainerSpec spec, PolicyFacts host) {
        var check = new RuleCheck(policy, spec, host);
        if (!policy.isPrivileged()) {
            inOrder().forEach(rule -> rule.check().accept(check));
        }
        return check.violations();
    }
}
