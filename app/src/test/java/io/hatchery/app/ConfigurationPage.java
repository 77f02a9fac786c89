package io.hatchery.app;

/** The reference page of the configuration keys, generated from {@link Settings#KEYS}. */
final class ConfigurationPage {
    private static final String HEAD = """
            # Configuration keys

            Every service and the CLI read the same keys. A flag `--set key=value` overrides an environment variable, which overrides the
            file that `--config` names. `hatchery settings` prints each key with its value. An unknown key or an invalid value is an error
            at start. This page is generated from the code.

            - **Durations** have a unit, as in systemd.time(7): `500ms`, `5s`, `10min`, `1h 30min`.
            - **Sizes** have a unit: `B`, `KiB`, `MiB`, `GiB` or `TiB`, such as `10MiB`.
            - **Kafka**: any property of Kafka's Java clients is the key `kafka.<property>`, such as `kafka.bootstrap.servers` or
              `kafka.ssl.truststore.location`. Its value has the form that Kafka documents.

            | key | environment variable | default | meaning |
            | --- | --- | --- | --- |
            """;

    private ConfigurationPage() {}

    static String markdown() {
        var page = new StringBuilder(HEAD);
        for (ConfigurationKey<?> key : Settings.KEYS) {
            String defaultValue = key.defaultText().isEmpty()
                    ? Markdown.cell(key.defaultDescription())
                    : "`" + key.defaultText() + "`";
            page.append("| `").append(key.name()).append("` | `").append(key.variable());
            page.append("` | ").append(defaultValue).append(" | ").append(Markdown.cell(key.description()));
            page.append(" |\n");
        }
        return page.toString();
    }
}
