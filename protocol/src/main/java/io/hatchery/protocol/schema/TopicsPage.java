package io.hatchery.protocol.schema;

import io.hatchery.protocol.Topic;
import io.hatchery.protocol.TopicSetting;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.HostName;
import java.util.ArrayList;
import java.util.List;

/** The reference page of the topics, made from {@link Topics}. */
final class TopicsPage {
    private static final String HEAD = """
            # Topics

            Every Kafka topic of a fleet. config-service creates missing topics with these settings. It corrects a setting that breaks
            its bound when it starts, and refuses to start where `cleanup.policy` differs. Other services do the same where their users
            may. Hosts' topics have one partition. The shared topics have the number of partitions that `topics.partitions` gives; it
            never changes, since the revision of a definition is the offset of its record. [Access](access.md) lists all rights. This
            page is generated from the code.

            | topic | key | partitions | value | writers → readers | why it is kept this way |
            | --- | --- | --- | --- | --- | --- |
            """;
    private static final String SETTINGS = """

            ## Settings

            `=` must be exactly this value, `≥` may be raised, `≤` may be lowered.

            | topic | settings |
            | --- | --- |
            """;

    private TopicsPage() {}

    static String markdown() {
        List<Topic> topics = new ArrayList<>(Topics.ofTheFleet());
        topics.addAll(Topics.of(new HostName("host")));
        var page = new StringBuilder(HEAD);
        for (Topic topic : topics) {
            page.append("| `")
                    .append(name(topic))
                    .append("` | ")
                    .append(topic.key())
                    .append(" | ")
                    .append(topic.isShared() ? "`topics.partitions`" : "1")
                    .append(" | ")
                    .append(
                            topic.value() == byte[].class
                                    ? "any bytes"
                                    : topic.value().getSimpleName())
                    .append(" | ")
                    .append(TopicAccess.words(topic))
                    .append(" | ")
                    .append(topic.reason())
                    .append(" |\n");
        }
        page.append(SETTINGS);
        for (Topic topic : topics) {
            page.append("| `").append(name(topic)).append("` | ");
            page.append(String.join(
                    ", ", topic.settings().stream().map(TopicsPage::words).toList()));
            page.append(" |\n");
        }
        return page.toString();
    }

    private static String name(Topic topic) {
        return topic.name().replace(".host.host.", ".host.<host>.");
    }

    private static String words(TopicSetting setting) {
        String sign = switch (setting.bound()) {
            case EXACTLY -> "=";
            case AT_LEAST -> "≥";
            case AT_MOST -> "≤";
        };
        return "`" + setting.name() + "` " + sign + " " + setting.value();
    }
}
