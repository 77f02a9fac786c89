package io.hatchery.app;

import java.util.Locale;

/** The configuration keys that are not Kafka's own. Each is set in the file, the environment or a flag, under the same name. */
enum Key {
    DATA("data", "/var/lib/hatchery", "Folder for what outlives a reboot"),
    RUNTIME("runtime", "/run/hatchery", "Folder for what a reboot ends"),
    HOST("host", "", "What this host is called in the fleet; its host name's first label if unsaid"),
    HOST_LABELS("host.labels", "", "By which containers choose this host: name=value, apart by commas"),
    PARTITIONS("topics.partitions", "4", "Partitions of the shared topics, where this process creates them"),
    REPLICATION(
            "topics.replication",
            "-1",
            "Replicas of topics, where this process creates them; -1 is the broker's default"),
    GATEWAY_ADDRESS("gateway.address", "127.0.0.1", "Address that the gateway listens on"),
    GATEWAY_PORT("gateway.port", "8470", "Port that the gateway listens on"),
    GATEWAY_TOKEN_FILE("gateway.token.file", "", "File of the token that clients show; <data>/admin.token if unsaid"),
    GATEWAY_NIX_CACHE(
            "gateway.nix-cache", "", "Folder of the Nix cache served at /nix-cache/; <data>/nix-cache if unsaid"),
    GATEWAY_NIX_CACHE_PUBLIC(
            "gateway.nix-cache.public", "false", "Whether everybody who reaches the gateway may read the Nix cache"),
    GATEWAY_NIX_CACHE_TOKEN_FILE(
            "gateway.nix-cache.token.file",
            "",
            "File of the token that clients of the Nix cache show; <data>/nix-cache.token if unsaid"),
    BROKER_ADDRESS(
            "broker.address",
            "127.0.0.1",
            "Address that the embedded broker listens on; beyond loopback its password travels in the clear"),
    BROKER_PORT("broker.port", "8471", "Port of the embedded broker"),
    BROKER_CONTROLLER_PORT("broker.controller.port", "8472", "Loopback port of the embedded broker's controller"),
    CONFIG_INSTANCE("config.instance", "", "Names this config-service among several; kept in <data> if unsaid"),
    CONFIG_NIXPKGS("config.nixpkgs", "", "The nixpkgs of definitions with a config and without nixpkgs"),
    CONFIG_EVALUATIONS(
            "config.evaluations",
            "",
            "How many systems are evaluated or built at a time; half the processors if unsaid"),
    CONFIG_EVALUATION_MEMORY("config.evaluation.memory", "8192", "Address space of an evaluation, in MiB"),
    CONFIG_EVALUATION_TIMEOUT("config.evaluation.timeout", "10min", "How long an evaluation may take"),
    CONFIG_BUILD_TIMEOUT("config.build.timeout", "1h", "How long the build of a system may take"),
    CONFIG_IMPORT_FROM_DERIVATION(
            "config.import-from-derivation", "false", "Whether an evaluation may build what it then reads"),
    CONFIG_NIX_CACHE(
            "config.nix-cache",
            "",
            "Nix store that systems are copied to, as nix copy --to takes it, or none; the folder that the gateway serves if unsaid"),
    CONFIG_NIX_KEY(
            "config.nix-key",
            "",
            "File of the secret key that systems in the cache are signed with, made with its .pub beside it if it is missing;"
                    + " <data>/nix-cache.secret if unsaid"),
    RUNNER_DRIVER(
            "runner.driver",
            "",
            "How containers are run: systemd, as services of the host; direct, by the runner; what suits the host if unsaid"),
    RUNNER_EXTRA_FLAGS(
            "runner.extra-flags",
            "any",
            "Flags of systemd-nspawn that extraFlags may have on this host, such as --rlimit, apart by commas; any, or none"),
    RUNNER_HOSTS_FILE(
            "runner.hosts-file",
            "",
            "File that gets '<localAddress> <name>.containers' of each container, such as /etc/hosts; none if unsaid"),
    RUNNER_ROOT_PREFIXES(
            "runner.root-prefixes",
            "",
            "Folders below which a purge deletes roots, beside the roots that Hatchery made; apart by commas;"
                    + " /var/lib/containers, /var/lib/nixos-containers and <data>/examples if unsaid"),
    RUNNER_NIX_CACHES(
            "runner.nix-caches",
            "",
            "Nix caches that systems are fetched from, beside those of the host's nix.conf, such as the gateway's"
                    + " http://host:8470/nix-cache; apart by commas"),
    RUNNER_NIX_KEYS(
            "runner.nix-keys",
            "",
            "Public keys whose signatures count, or files of one, such as config-service's nix-cache.pub; apart by commas"),
    RUNNER_NIX_TOKEN_FILE("runner.nix-token.file", "", "File of the token that the caches are shown; none if unsaid"),
    RUNNER_STARTS("runner.starts", "", "How many containers may be starting at a time; twice the processors if unsaid"),
    RUNNER_HEARTBEAT("runner.heartbeat", "5", "Seconds between heartbeats, 1 to 300"),
    RUNNER_CONSOLE_BYTES("runner.console.bytes", "10485760", "How much is kept of each container's console");

    private final String key;
    private final String usual;
    private final String meaning;

    Key(String key, String usual, String meaning) {
        this.key = key;
        this.usual = usual;
        this.meaning = meaning;
    }

    String key() {
        return key;
    }

    String usual() {
        return usual;
    }

    String meaning() {
        return meaning;
    }

    static String variable(String key) {
        return "HATCHERY_" + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }
}
