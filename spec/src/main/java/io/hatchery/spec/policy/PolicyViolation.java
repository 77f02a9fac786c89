package io.hatchery.spec.policy;

/**
 * Something that a host does not allow a container.
 *
 * @param rule the rule, as {@code <level>/<option>}
 * @param option where the value is, such as {@code bindMounts./data}
 * @param value what is not allowed
 * @param message why
 * @param remedy what to do instead
 */
public record PolicyViolation(String rule, String option, String value, String message, String remedy) {
    /** One line for people. */
    public String format() {
        return option + ": '" + value + "' is refused by this host's policy, rule " + rule + ": " + message + "; "
                + remedy;
    }
}
