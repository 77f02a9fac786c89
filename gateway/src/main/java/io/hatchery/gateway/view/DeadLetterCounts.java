package io.hatchery.gateway.view;

import io.hatchery.protocol.Topic;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.HostName;
import java.util.Collections;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.regex.Pattern;

/** How many dead letters there are of each reader and topic, under names of a bounded number. One thread counts, any thread reads. */
public final class DeadLetterCounts {
    /** How many pairs of a reader and a topic are counted apart; all others count as one. */
    static final int MAX_PAIRS = 200;

    private static final String OTHER = "other";
    private static final Pattern READER = Pattern.compile("[a-z][a-z-]{0,39}");
    private static final HostName ANY_HOST = new HostName("host");

    private final SortedMap<Label, Long> counts = new ConcurrentSkipListMap<>();

    /**
     * Whose dead letters are counted.
     *
     * @param reader the service, without its host
     * @param topic where the records were; hosts' topics as {@code hatchery.host.*.commands}
     */
    public record Label(String reader, String topic) implements Comparable<Label> {
        @Override
        public int compareTo(Label other) {
            int order = reader.compareTo(other.reader);
            return order == 0 ? topic.compareTo(other.topic) : order;
        }
    }

    void add(FleetRecord.DeadLetterRecord letter) {
        var label = new Label(service(letter.reader()), topic(topicOf(letter.origin())));
        if (!counts.containsKey(label) && counts.size() >= MAX_PAIRS) {
            label = new Label(OTHER, OTHER);
        }
        counts.merge(label, 1L, Long::sum);
    }

    /** By whom and where, as far back as dead letters are kept. */
    public SortedMap<Label, Long> counts() {
        return Collections.unmodifiableSortedMap(counts);
    }

    /** The topic in {@code <topic>/<partition>/<offset>}; empty if it is no such text. */
    static String topicOf(String origin) {
        String[] parts = origin.split("/", -1);
        return parts.length == 3 ? parts[0] : "";
    }

    /** A runner's name is followed by its host's. */
    private static String service(String reader) {
        String service = reader.split("[ /]", 2)[0];
        return READER.matcher(service).matches() ? service : OTHER;
    }

    private static String topic(String topic) {
        for (Topic known : Topics.ofTheFleet()) {
            if (known.name().equals(topic)) {
                return topic;
            }
        }
        for (Topic ofHost : Topics.of(ANY_HOST)) {
            int name = ofHost.name().indexOf(ANY_HOST.value(), "hatchery.host.".length());
            String suffix = ofHost.name().substring(name + ANY_HOST.value().length());
            if (topic.startsWith("hatchery.host.") && topic.endsWith(suffix)) {
                return "hatchery.host.*" + suffix;
            }
        }
        return OTHER;
    }
}
