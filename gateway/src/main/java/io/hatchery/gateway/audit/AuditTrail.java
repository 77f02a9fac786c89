package io.hatchery.gateway.audit;

import io.hatchery.bus.Message;
import io.hatchery.bus.Publisher;
import io.hatchery.protocol.AuditEntryBuilder;
import io.hatchery.protocol.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes the audit trail. All calls come on one context. */
public final class AuditTrail {
    /** How many refusals are written in a second, of each principal and of all requests without a valid token. */
    static final int MAX_REFUSALS = 10;

    /** How many principals have their refusals counted in a second; those of more are not written. */
    private static final int MAX_COUNTED = 1_000;

    private static final String UNKNOWN = "";
    private static final int FIRST_ERROR = 400;
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;

    private static final Logger LOG = LoggerFactory.getLogger(AuditTrail.class);
    private static final String SOURCE = "/gateway";

    private final Publisher publisher;
    private final Clock clock;
    private final String gateway = UUID.randomUUID().toString();
    private final AuditChain chain = new AuditChain(gateway);
    private final Map<String, RefusalCount> refusals = new HashMap<>();
    private long second;

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
        if (isRefusal(entry) && !admitsRefusal(entry)) {
            return;
        }
        AuditChain.LinkedEntry linked = chain.link(entry.at(clock.instant()));
        var message = Message.of(Topics.AUDIT.name(), gateway, linked.entry(), null, SOURCE, clock.instant())
                .writtenAs(linked.json().getBytes(StandardCharsets.UTF_8));
        publisher
                .publish(message)
                .onFailure(e -> LOG.error("the audit trail lacks {}: {}", linked.entry(), e.getMessage()));
    }

    private boolean isRefusal(AuditEntryBuilder entry) {
        return entry.status() == UNAUTHORIZED
                || entry.status() == FORBIDDEN
                || entry.principal() == null && entry.status() >= FIRST_ERROR;
    }

    private boolean admitsRefusal(AuditEntryBuilder entry) {
        long now = clock.instant().getEpochSecond();
        if (now != second) {
            second = now;
            refusals.values().forEach(RefusalCount::beginSecond);
            refusals.values().removeIf(count -> count.left == 0);
        }
        String principal = entry.principal() == null ? UNKNOWN : entry.principal();
        if (!refusals.containsKey(principal) && refusals.size() >= MAX_COUNTED) {
            return false;
        }
        RefusalCount count = refusals.computeIfAbsent(principal, first -> new RefusalCount());
        if (count.inSecond >= MAX_REFUSALS) {
            count.left++;
            return false;
        }
        count.inSecond++;
        if (count.left > 0) {
            entry.detail(count.left + " refusals of "
                    + (entry.principal() == null ? "requests without a valid token" : "this principal")
                    + " before this one are not recorded");
            count.left = 0;
        }
        return true;
    }

    /** The refusals of one principal. */
    private static final class RefusalCount {
        private int inSecond;
        private long left;

        private void beginSecond() {
            inSecond = 0;
        }
    }
}
