package io.hatchery.gateway.audit;

import io.hatchery.bus.Message;
import io.hatchery.bus.Publisher;
import io.hatchery.protocol.AuditEntryBuilder;
import io.hatchery.protocol.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes the audit trail. All calls come on one context. */
public final class AuditTrail {
    /** How many refusals of requests without a valid token are written in a second: anyone can send them. */
    static final int MAX_UNKNOWN = 10;

    private static final Logger LOG = LoggerFactory.getLogger(AuditTrail.class);
    private static final String SOURCE = "/gateway";

    private final Publisher publisher;
    private final Clock clock;
    private final String gateway = UUID.randomUUID().toString();
    private final AuditChain chain = new AuditChain(gateway);
    private long second;
    private int unknownInSecond;
    private long left;

    /** Has no entries yet. */
    public AuditTrail(Publisher publisher, Clock clock) {
        this.publisher = publisher;
        this.clock = clock;
    }

    /**
     * Writes an entry. A request does not wait for it; the log has an entry that cannot be written.
     *
     * @param entry without gateway, number, hash and time
     */
    public void add(AuditEntryBuilder entry) {
        if (entry.principal() == null && !admitsUnknown(entry)) {
            return;
        }
        AuditChain.LinkedEntry linked = chain.link(entry.at(clock.instant()));
        var message = Message.of(Topics.AUDIT.name(), gateway, linked.entry(), null, SOURCE, clock.instant())
                .writtenAs(linked.json().getBytes(StandardCharsets.UTF_8));
        publisher
                .publish(message)
                .onFailure(e -> LOG.error("the audit trail lacks {}: {}", linked.entry(), e.getMessage()));
    }

    private boolean admitsUnknown(AuditEntryBuilder entry) {
        long now = clock.instant().getEpochSecond();
        if (now != second) {
            second = now;
            unknownInSecond = 0;
        }
        if (unknownInSecond >= MAX_UNKNOWN) {
            left++;
            return false;
        }
        unknownInSecond++;
        if (left > 0) {
            entry.detail(left + " refusals of requests without a valid token before this one are not recorded");
            left = 0;
        }
        return true;
    }
}
