package io.hatchery.gateway.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.bus.BusRecord;
import io.hatchery.bus.Message;
import io.hatchery.bus.Position;
import io.hatchery.bus.Publisher;
import io.hatchery.protocol.AuditEntryBuilder;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AuditTrailTest {
    private final List<String> written = new ArrayList<>();
    private Instant now = Instant.parse("2026-03-01T00:00:00Z");
    private final Clock clock = new Clock() {
        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    };
    private final AuditTrail trail = new AuditTrail(
            new Publisher() {
                @Override
                public Future<Position> publish(Message message) {
                    written.add(String.valueOf(message.value()));
                    return Future.succeededFuture(new Position(message.topic(), 0, written.size()));
                }

                @Override
                public Future<Position> sendToDeadLetter(BusRecord record, String reader, String reason) {
                    throw new IllegalStateException("an entry is not a dead letter");
                }
            },
            clock);

    private void add(@Nullable String principal, int status, int times) {
        for (int i = 0; i < times; i++) {
            trail.add(AuditEntryBuilder.builder()
                    .principal(principal)
                    .remote("127.0.0.1")
                    .action("startContainer")
                    .object("/v1/containers/web/start")
                    .status(status)
                    .request("r" + i));
        }
    }

    @Test
    void refusalsOfOnePrincipalAreBoundedAndCounted() {
        add("token/viewer", 403, 1_000);
        assertThat(written).hasSize(AuditTrail.MAX_REFUSALS);
        add("token/ci", 403, 1);
        add(null, 401, 1);
        assertThat(written).as("those of others").hasSize(AuditTrail.MAX_REFUSALS + 2);
        now = now.plusSeconds(1);
        add("token/viewer", 403, 1);
        assertThat(written.getLast()).contains("990 refusals of this principal before this one are not recorded");
    }

    @Test
    void changesAreAlwaysWritten() {
        add("token/ci", 202, 1_000);
        assertThat(written).hasSize(1_000);
    }
}
