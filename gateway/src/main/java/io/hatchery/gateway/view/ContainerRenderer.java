package io.hatchery.gateway.view;

import io.hatchery.protocol.Heartbeat;
import io.hatchery.protocol.Phase;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.JsonFields;
import io.hatchery.spec.json.JsonText;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Renders containers as {@link io.hatchery.protocol.resource.Container} is written, from the records of the topics. Their parts are
 * passed on as they are, because reading and writing them again takes most of the time of a page.
 */
final class ContainerRenderer {
    private static final List<String> SUMMARY = List.of("state", "errors", "change", "releasingHost");
    private static final String ABSENT = "{\"phase\":\"absent\"}";

    private final HeartbeatMap hosts;
    private final Instant now;
    private final boolean isForViewer;

    /**
     * Renders containers as they are at that time.
     *
     * @param isForViewer whether the values of environment variables are hidden
     */
    ContainerRenderer(HeartbeatMap hosts, Instant now, boolean isForViewer) {
        this.hosts = hosts;
        this.now = now;
        this.isForViewer = isForViewer;
    }

    /** The container of a row. */
    RenderedContainer render(ContainerSearch.Found found) {
        ContainerRow row = found.row();
        JsonFields evaluation = found.evaluation();
        var text = new JsonText().string("name", row.name()).string("host", row.host());
        if (evaluation != null) {
            definition(evaluation).accept(text);
        }
        String revision = evaluation == null ? null : evaluation.get("revision");
        String json = text.field("status", status(row, found.status())).end();
        return new RenderedContainer(
                new ContainerName(row.name()),
                revision == null ? null : (Long) new BigDecimal(revision).longValue(),
                isForViewer ? HiddenEnvironment.inContainer(json) : json);
    }

    private static Consumer<JsonText> definition(JsonFields evaluation) {
        return text -> text.field("generation", evaluation.get("generation"))
                .field("revision", evaluation.get("revision"))
                .field("definition", evaluation.get("definition"))
                .object("evaluation", summary -> SUMMARY.forEach(name -> summary.field(name, evaluation.get(name))))
                .field("spec", evaluation.get("spec"));
    }

    private String status(ContainerRow row, @Nullable JsonFields status) {
        String holder = row.holder();
        if (holder == null || !hosts.isLost(holder, now)) {
            return status == null ? ABSENT : published(status);
        }
        Heartbeat host = hosts.get(new HostName(holder));
        return new JsonText()
                .string("phase", Phase.UNKNOWN.word())
                .string(
                        "reason",
                        "host " + holder
                                + (host == null ? " was never heard of" : " was last heard of at " + host.appended()))
                .field("last", status == null ? null : status.text())
                .end();
    }

    /** A status is published with the number of the last event, which is of no use to clients. */
    private static String published(JsonFields status) {
        var text = new JsonText();
        status.names().stream()
                .filter(name -> !name.equals("sequence"))
                .forEach(name -> text.field(name, status.get(name)));
        return text.end();
    }
}
