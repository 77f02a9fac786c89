package io.hatchery.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.spec.json.Json;
import org.junit.jupiter.api.Test;

class OperationTextTest {
    private static ObjectNode operation(String outcome) {
        return Json.object()
                .put("id", "x1")
                .put("command", "stop")
                .put("container", "web")
                .put("submitted", "2026-01-01T00:00:00Z")
                .put("outcome", outcome);
    }

    private static ObjectNode withStep(ObjectNode operation, String at, String step) {
        operation.withArray("steps").addObject().put("step", step).put("at", "2026-01-01T" + at + "Z");
        return operation;
    }

    @Test
    void slowStopShowsEachStepWithItsTime() {
        ObjectNode stop = operation("completed").put("stoppedBy", "killed");
        withStep(stop, "00:00:00.012", "accepted");
        withStep(stop, "00:00:00.014", "sent SIGRTMIN+3");
        withStep(stop, "00:03:00.014", "stopTimeout passed, supervisor sent SIGTERM");
        withStep(stop, "00:03:10.020", "killed");
        withStep(stop, "00:03:10.050", "exited with status 137");
        withStep(stop, "00:03:10.061", "completed");
        assertThat(OperationText.of(stop)).isEqualTo("""
                stop web: completed in 190.061s, stopped: killed
                    +0.012s  accepted
                    +0.014s  sent SIGRTMIN+3
                  +180.014s  stopTimeout passed, supervisor sent SIGTERM
                  +190.020s  killed
                  +190.050s  exited with status 137
                """);
    }

    @Test
    void failureShowsItsReason() {
        ObjectNode start = operation("failed").put("command", "start").put("reason", "no such program");
        withStep(start, "00:00:00.100", "preparing");
        withStep(start, "00:00:00.200", "failed");
        assertThat(OperationText.of(start))
                .isEqualTo("start web: failed in 0.200s (no such program)\n  +0.100s  preparing\n");
    }

    @Test
    void pendingOperationNamesTheNextCommand() {
        ObjectNode stop = operation("pending");
        withStep(stop, "00:00:00.012", "accepted");
        assertThat(OperationText.of(stop)).isEqualTo("""
                        stop web: pending; see its outcome with: hatchery events --container web
                          +0.012s  accepted
                        """).doesNotContain("/v1/");
    }

    @Test
    void clockBehindTheBrokersShowsNoNegativeTime() {
        ObjectNode operation = Json.object()
                .put("command", "stop")
                .put("container", "web")
                .put("submitted", "2026-01-01T00:00:05Z")
                .put("outcome", "completed");
        withStep(operation, "00:00:00.000", "sent SIGTERM");
        assertThat(OperationText.of(operation)).isEqualTo("stop web: completed in 0.000s\n  +0.000s  sent SIGTERM\n");
    }

    @Test
    void operationWithoutStepsIsOneLine() {
        assertThat(OperationText.of(operation("rejected").put("reason", "no spec")))
                .isEqualTo("stop web: rejected (no spec)\n");
    }
}
