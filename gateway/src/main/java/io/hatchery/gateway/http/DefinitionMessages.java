package io.hatchery.gateway.http;

import io.hatchery.bus.Message;
import io.hatchery.gateway.access.ApiPrincipal;
import io.hatchery.protocol.Headers;
import io.hatchery.protocol.Topic;
import io.hatchery.spec.ContainerDefinition;
import java.time.Clock;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Makes the records of definitions and profiles that clients change. */
final class DefinitionMessages {
    private final Clock clock;

    DefinitionMessages(Clock clock) {
        this.clock = clock;
    }

    /** A change of that key; {@code definition} is null for a deletion. */
    Message of(Topic topic, String key, @Nullable ContainerDefinition definition, ApiPrincipal principal) {
        return of(topic, key, definition, UUID.randomUUID().toString(), principal);
    }

    /**
     * A change with an id that the client knows.
     *
     * @param id the id of the record, and of the operation that it begins
     * @param principal who requests it
     */
    Message of(Topic topic, String key, @Nullable ContainerDefinition definition, String id, ApiPrincipal principal) {
        return Message.of(topic.name(), key, definition, id, Api.SOURCE, clock.instant())
                .with(Headers.REQUESTED_BY, principal.name());
    }
}
