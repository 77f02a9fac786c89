package io.hatchery.gateway.store;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How far topics are folded into the database. Written in the transaction that folds the records. */
public final class PositionTable {
    private PositionTable() {}

    /**
     * A place in a topic.
     *
     * @param topicId the id of the topic, which another has once it is deleted and created again
     * @param next the offset of the next record
     */
    public record FoldedPosition(String topic, int partition, String topicId, long next) {}

    /** All positions. */
    public static List<FoldedPosition> all(SqlSession session) {
        return session.list(
                "SELECT topic, partition, topic_id, next FROM positions",
                row -> new FoldedPosition(row.getString(1), row.getInt(2), row.getString(3), row.getLong(4)));
    }

    /** The next offsets of those topics by partition; a topic of which nothing was read has none. */
    public static Map<String, Map<Integer, Long>> of(SqlSession session, List<String> topics) {
        var positions = new HashMap<String, Map<Integer, Long>>();
        for (String topic : topics) {
            var next = new HashMap<Integer, Long>();
            session.list(
                            "SELECT partition, next FROM positions WHERE topic = ?",
                            row -> Map.entry(row.getInt(1), row.getLong(2)),
                            topic)
                    .forEach(entry -> next.put(entry.getKey(), entry.getValue()));
            positions.put(topic, next);
        }
        return positions;
    }

    /** Records that a topic is folded up to there. */
    public static void put(SqlSession session, FoldedPosition position) {
        session.update(
                "INSERT OR REPLACE INTO positions (topic, partition, topic_id, next) VALUES (?, ?, ?, ?)",
                position.topic,
                position.partition,
                position.topicId,
                position.next);
    }

    /** Records when the broker appended a record that was read. */
    public static void readAt(SqlSession session, Instant appended) {
        session.update(
                "INSERT INTO counters (name, value) VALUES ('read-at', ?)"
                        + " ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value)",
                appended.toEpochMilli());
    }

    /** The time of the newest record that was read; 1970 if none was. */
    public static Instant readAt(SqlSession session) {
        return Instant.ofEpochMilli(session.number("SELECT value FROM counters WHERE name = 'read-at'"));
    }
}
