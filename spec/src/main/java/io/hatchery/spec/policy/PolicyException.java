package io.hatchery.spec.policy;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.hatchery.spec.LabelSelector;
import org.jspecify.annotations.Nullable;

/**
 * The rights of containers with certain labels, regardless of their author.
 *
 * @param selector of the containers; not empty, since that would select all
 * @param level for them; null for the policy's
 * @param allow what they may have beside what the policy allows all; null for nothing
 */
public record PolicyException(
        String selector,
        @Nullable PolicyLevel level,
        @Nullable PolicyAllowances allow) {
    /**
     * @throws IllegalArgumentException if the selector is none
     */
    public PolicyException {
        if (LabelSelector.parse(selector).requirements().isEmpty()) {
            throw new IllegalArgumentException(
                    "an exception without selector holds for all: write its content at the top of the policy");
        }
    }

    @JsonIgnore
    LabelSelector labels() {
        return LabelSelector.parse(selector);
    }
}
