package io.hatchery.gateway.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hatchery.protocol.CommandId;
import io.hatchery.spec.ContainerName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OperationQueryTest {
    private static final Instant START = Instant.parse("2026-01-02T03:04:05Z");

    private static Operation submitted(String id, int second) {
        return Operation.removal(new CommandId(id), new ContainerName("web"), null, null, START.plusSeconds(second));
    }

    private static List<String> page(List<Operation> operations, OperationQuery.PagePosition after) {
        return new OperationQuery(null, null, null, null, after)
                .first(3, operations.stream())
                .map(each -> each.id().value())
                .toList();
    }

    @Test
    void operationsAreListedNewestFirstAndPagesAreStable() {
        var operations = new ArrayList<Operation>();
        for (int i = 0; i < 10; i++) {
            operations.add(submitted("id" + i, i / 2)); // two at each moment
        }
        Collections.shuffle(operations, new Random(1));
        var first = page(operations, null);
        assertThat(first).containsExactly("id8", "id9", "id6");
        operations.add(submitted("later", 60));
        operations.removeIf(each -> each.id().value().equals("id9")); // forgotten
        var place = OperationQuery.PagePosition.parse(
                OperationQuery.PagePosition.of(submitted("id6", 3)).text());
        assertThat(page(operations, place)).containsExactly("id7", "id4", "id5");
    }

    @Test
    void cursorOfSomethingElseIsRefused() {
        for (String text : List.of("", "x", "e30", "!")) {
            assertThatThrownBy(() -> OperationQuery.PagePosition.parse(text))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("next of a page");
        }
    }
}
