package io.hatchery.fuzz;

import java.time.Instant;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Begins no target after {@code fuzz.until}, a second since 1970: on a slow machine some are left to another run. */
public final class FuzzDeadline implements ExecutionCondition {
    private static final long UNTIL = Long.getLong("fuzz.until", Long.MAX_VALUE);

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        if (context.getTestMethod().isPresent() || Instant.now().getEpochSecond() < UNTIL) {
            return ConditionEvaluationResult.enabled("there is time");
        }
        System.out.println("The time for fuzzing is over: " + context.getDisplayName() + " is left to another run");
        return ConditionEvaluationResult.disabled("the time for fuzzing is over");
    }
}
