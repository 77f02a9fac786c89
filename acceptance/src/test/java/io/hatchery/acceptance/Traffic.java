package io.hatchery.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Map;

/** Everything on the topics of an installation, against the schemas that docs/api promises. */
final class Traffic {
    private static final Map<String, String> SCHEMAS = Map.of(
            "hatchery.definitions",
            "ContainerDefinition",
            "hatchery.evaluations",
            "Evaluation",
            "hatchery.status",
            "ContainerStatus",
            "hatchery.events",
            "FleetEvent",
            "hatchery.hosts",
            "HostStatus",
            "hatchery.host." + Installation.HOST + ".specs",
            "ContainerSpec",
            "hatchery.host." + Installation.HOST + ".commands",
            "Command");

    private Traffic() {}

    /** Validates every record but those that a test wrote as rubbish, which the dead letters hold. */
    static void assertValid(Installation installation) {
        var wrong = new ArrayList<String>();
        int[] seen = {0};
        SCHEMAS.forEach((topic, name) -> {
            Schema schema = schema(name);
            ProcessResult read = installation
                    .kcat(new byte[0], "-C", "-e", "-t", topic, "-f", "%S\t%s\n")
                    .orFail();
            for (String line : read.out().split("\n")) {
                String value = line.substring(line.indexOf('\t') + 1);
                if (line.startsWith("-1\t") || line.isEmpty() || !value.startsWith("{")) {
                    continue;
                }
                seen[0]++;
                schema.validate(value, com.networknt.schema.InputFormat.JSON)
                        .forEach(error -> wrong.add(topic + ": " + error.getMessage() + " in " + value));
            }
        });
        assertThat(seen[0]).as("records on the topics").isPositive();
        assertThat(wrong).as("traffic that the schemas do not allow").isEmpty();
    }

    private static Schema schema(String name) {
        try {
            String text = Files.readString(Installation.REPOSITORY.resolve("docs/api/schemas/" + name + ".json"));
            return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
