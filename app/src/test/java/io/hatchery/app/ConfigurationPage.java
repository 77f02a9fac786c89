package io.hatchery.app;

/** The reference page of the configuration keys, generated from {@link ConfigurationKey}. */
final class ConfigurationPage {
    private static final String HEAD = """
            # Configuration keys

            Every service and the CLI read the same keys. A flag `--set key=value` overrides an environment variable, which overrides the
            file that `--config` names. `hatchery settings` prints each key with its value. A key that does not exist, or a value that is
            not valid, is an error at start. Any property of Kafka's Java clients is the key `kafka.<property>`, such as
            `kafka.bootstrap.servers` or `kafka.ssl.truststore.location`. This page is generated from the code.

            | key | environment variable | default | meaning |
            | --- | --- | --- | --- |
            """;

    private ConfigurationPage() {}

    static String markdown() {
        var page = new StringBuilder(HEAD);
        for (ConfigurationKey key : ConfigurationKey.values()) {
            page.append("| `").append(key.key()).append("` | `").append(ConfigurationKey.variable(key.key()));
            page.append("` | ").append(key.usual().isEmpty() ? "" : "`" + key.usual() + "`");
            page.append(" | ").append(Markdown.cell(key.meaning())).append(" |\n");
        }
        return page.toString();
    }
}
