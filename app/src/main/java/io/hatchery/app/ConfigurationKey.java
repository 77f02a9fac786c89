package io.hatchery.app;

import java.util.Locale;

/** The configuration keys that are not Kafka's own. Each is set in the file, the environment or a flag, under the same name. */
enum ConfigurationKey {
    DATA("data", "/var/lib/hatchery", "Folder for data that outlives a reboot"),
    RUNTIME("runtime", "/run/hatchery", "Folder for data of running containers; a reboot empties it"),
    HOST("host", "", "Name of this host in the fleet (default: the first label of its host name)"),
    HOST_LABELS("host.labels", "", "Labels of this host, such as zone=north,disk=ssd; containers select hosts by them"),
    PARTITIONS("topics.partitions", "4", "Number of partitions of the shared topics when this process creates them"),
    REPLICATION(
            "topics.replication",
            "-1",
            "Number of replicas of topics when this process creates them; -1 is the default of the broker"),
    GATEWAY_ADDRESS("gateway.address", "127.0.0.1", "Address on which the gateway listens"),
    GATEWAY_PORT("gateway.port", "8470", "Port on which the gateway listens"),
    GATEWAY_CONNECTIONS(
            "gateway.connections",
            "10000",
            "How many clients may be connected to the gateway, besides those of the stream"),
    GATEWAY_REQUEST_TIMEOUT(
            "gateway.request-timeout",
            "30s",
            "How long a client may take to send the header of a request, and as long again for its body"),
    GATEWAY_IDLE_TIMEOUT("gateway.idle-timeout", "2min", "How long a connection stays open between two requests"),
    GATEWAY_TOKEN_FILE("gateway.token.file", "", "File with the token of the clients (default: <data>/admin.token)"),
    GATEWAY_NIX_CACHE(
            "gateway.nix-cache",
            "",
            "Folder of the Nix cache that is served at /nix-cache/ (default: <data>/nix-cache)"),
    GATEWAY_NIX_CACHE_PUBLIC("gateway.nix-cache.public", "false", "Whether the Nix cache can be read without a token"),
    GATEWAY_NIX_CACHE_TOKEN_FILE(
            "gateway.nix-cache.token.file",
            "",
            "File with the token of the Nix cache's clients (default: <data>/nix-cache.token)"),
    BROKER_ADDRESS(
            "broker.address",
            "127.0.0.1",
            "Address on which the embedded broker listens; beyond loopback its password is sent unencrypted"),
    BROKER_PORT("broker.port", "8471", "Port of the embedded broker"),
    BROKER_CONTROLLER_PORT("broker.controller.port", "8472", "Loopback port of the embedded broker's controller"),
    CONFIG_INSTANCE(
            "config.instance",
            "",
            "Name of this config-service among several (default: a generated name, kept in <data>)"),
    CONFIG_NIXPKGS("config.nixpkgs", "", "nixpkgs for definitions that have a config and no nixpkgs"),
    CONFIG_EVALUATIONS(
            "config.evaluations",
            "",
            "How many systems are evaluated or built at the same time (default: half the processors)"),
    CONFIG_EVALUATION_MEMORY("config.evaluation.memory", "8192", "Limit of an evaluation's address space, in MiB"),
    CONFIG_EVALUATION_TIMEOUT("config.evaluation.timeout", "10min", "Time limit of an evaluation"),
    CONFIG_BUILD_TIMEOUT("config.build.timeout", "1h", "Time limit of a build"),
    CONFIG_IMPORT_FROM_DERIVATION(
            "config.import-from-derivation",
            "false",
            "Whether an evaluation may build a derivation in order to read it"),
    CONFIG_FLAKE_PATHS(
            "config.flake-paths",
            "",
            "Absolute paths on this host below which flakes and their inputs may lie, separated by commas; Nix's store is always"
                    + " allowed"),
    CONFIG_NIX_USER(
            "config.nix-user",
            "",
            "User that evaluates definitions through Nix's daemon, or none (default: hatchery-nix if config-service runs as root,"
                    + " that user exists and the daemon listens)"),
    CONFIG_NIX_CACHE(
            "config.nix-cache",
            "",
            "Nix store to which systems are copied, as for nix copy --to; or none (default: the folder that the gateway serves)"),
    CONFIG_NIX_KEY(
            "config.nix-key",
            "",
            "File with the secret key that signs systems in the cache; generated, with its .pub beside it, if it is missing"
                    + " (default: <data>/nix-cache.secret)"),
    RUNNER_DRIVER(
            "runner.driver",
            "",
            "How containers run: systemd (as units of the host) or direct (default: systemd where it is process 1)"),
    RUNNER_EXTRA_FLAGS(
            "runner.extra-flags",
            "any",
            "Flags of systemd-nspawn that extraFlags may contain on this host, such as --rlimit,--personality; or any; or none"),
    RUNNER_HOSTS_FILE(
            "runner.hosts-file",
            "",
            "File that gets a line '<localAddress> <name>.containers' for each container, such as /etc/hosts (default: none)"),
    RUNNER_ROOT_PREFIXES(
            "runner.root-prefixes",
            "",
            "Folders in which a purge may delete roots, separated by commas; roots that Hatchery created may always be purged"
                    + " (default: /var/lib/containers,/var/lib/nixos-containers,<data>/examples)"),
    RUNNER_NIX_CACHES(
            "runner.nix-caches",
            "",
            "Nix caches from which systems are fetched, separated by commas, such as the gateway's"
                    + " http://host:8470/nix-cache; in addition to those of the host's nix.conf"),
    RUNNER_NIX_KEYS(
            "runner.nix-keys",
            "",
            "Public keys that sign systems, or files with one, separated by commas, such as config-service's nix-cache.pub"),
    RUNNER_NIX_TOKEN_FILE("runner.nix-token.file", "", "File with the token for the caches (default: none)"),
    RUNNER_STARTS(
            "runner.max-concurrent-starts",
            "",
            "How many containers may be starting at the same time (default: twice the processors)"),
    RUNNER_HEARTBEAT("runner.heartbeat", "5", "Seconds between two heartbeats, 1 to 300"),
    RUNNER_CONSOLE_BYTES("runner.console.bytes", "10485760", "How many bytes of each container's console are kept");

    private final String key;
    private final String usual;
    private final String meaning;

    ConfigurationKey(String key, String usual, String meaning) {
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
