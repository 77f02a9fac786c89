package io.hatchery.spec.policy;

import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * What the levels below privileged, which allows everything, say about an option.
 *
 * @param option its name
 * @param baseline what level baseline allows, in words
 * @param restricted what level restricted allows, in words
 * @param check refuses what they do not allow
 */
record PolicyRule(String option, String baseline, String restricted, Consumer<RuleCheck> check) {
    /** What is allowed in words where everything is. */
    static final String ANY = "yes";

    /** What is allowed in words where nothing but the default is. */
    static final String NONE = "no";

    /** Of an option that reaches nothing of the host. */
    static PolicyRule free(String option) {
        return new PolicyRule(option, ANY, ANY, check -> {});
    }

    /** Of an option that only level restricted refuses, if it is set. */
    static PolicyRule unrestricted(String option, Predicate<RuleCheck> isSet, Object value) {
        return new PolicyRule(option, ANY, NONE, check -> {
            if (check.isRestricted() && isSet.test(check)) {
                check.refuse(
                        option,
                        option,
                        value,
                        "level restricted does not allow it",
                        "remove it, or use level baseline");
            }
        });
    }
}
