package io.hatchery.app;

import io.hatchery.bus.BusConfig;
import io.hatchery.bus.BusException;
import io.hatchery.bus.access.AccessSetup;
import io.hatchery.protocol.access.Principal;
import io.hatchery.protocol.token.AccessToken;
import io.hatchery.protocol.token.JoinToken;
import io.hatchery.spec.HostName;
import io.hatchery.spec.Span;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code hatchery host add}. */
@Command(
        name = "add",
        description =
                "Create the Kafka user, rights, keys and topics of a host, and print a token with which a machine becomes it",
        footer =
                "The machine receives its credentials and keys from a gateway, encrypted with the token. They are not in the token.",
        mixinStandardHelpOptions = true)
final class AddHostCommand implements Callable<Integer> {
    private static final Duration LONGEST = Duration.ofDays(7);

    @Mixin
    private HostCommands.AdministratorOptions administrator = new HostCommands.AdministratorOptions();

    @Parameters(paramLabel = "HOST", description = "Name of the host")
    private String host = "";

    @Option(names = "--ttl", paramLabel = "SPAN", description = "How long the token works, at most 7d (default: 1h)")
    private String ttl = "1h";

    @Option(
            names = "--gateway",
            paramLabel = "URL",
            description =
                    "Address of the gateway as the machine reaches it (default: from gateway.address and gateway.port)")
    private @Nullable String gateway;

    @Option(
            names = "--replace",
            description =
                    "Give the name of a host that exists to another machine; the one that has it cannot connect to Kafka any more")
    private boolean replaces;

    @Override
    public Integer call() throws IOException {
        HostName name = HostCommands.host(host);
        Duration validity = validity();
        Settings settings = administrator.settings();
        var principal = new Principal.RunnerUser(name);
        try (AccessSetup access = administrator.access()) {
            if (!replaces && access.users().contains(principal.user())) {
                throw new UserError("there is a host " + name + " already: remove it with hatchery host remove " + name
                        + ", or give its name to another machine with hatchery host add --replace " + name);
            }
            BusConfig connection = KafkaSettings.administrator(settings);
            var _ = new FleetAccess(connection, administrator.credentials())
                    .apply(List.of(principal), FleetAccess.NewPasswords.ALL);
            String url = gateway == null ? GatewaySettings.url(settings) : gateway;
            JoinSecret secret = JoinSecret.random(name, fingerprint(settings));
            publish(secret, files(settings, principal, url), validity);
            print(secret, url, connection);
        } catch (BusException e) {
            throw new UserError(String.valueOf(e.getMessage()), e);
        }
        return 0;
    }

    private Duration validity() {
        try {
            Span span = Span.parse(ttl);
            if (!span.isInfinite()
                    && !span.toDuration().isZero()
                    && span.toDuration().compareTo(LONGEST) <= 0) {
                return span.toDuration();
            }
        } catch (IllegalArgumentException e) {
            throw new UserError("--ttl " + ttl + ": " + e.getMessage(), e);
        }
        throw new UserError("--ttl " + ttl + ": give a time up to " + LONGEST.toDays() + "d, such as 1h");
    }

    private HostFiles files(Settings settings, Principal principal, String url) throws IOException {
        Path credentials = administrator.credentials().file(principal.user());
        Path data = FolderSettings.of(settings).data();
        var files = new TreeMap<String, String>();
        files.put(KafkaCredentials.CLIENT, Files.readString(credentials));
        files.put(RecordKeyFiles.USER, Files.readString(credentials.resolveSibling(RecordKeyFiles.USER)));
        var keys = new TreeMap<String, String>();
        Path authority = GatewayTransport.authority(data).certificate();
        if (Files.exists(authority)) {
            files.put(HostFiles.AUTHORITY, Files.readString(authority));
        }
        Path token = data.resolve(HostFiles.NIX_TOKEN);
        Path publicKey = data.resolve("nix-cache.pub");
        if (Files.exists(token) && Files.exists(publicKey)) {
            files.put(HostFiles.NIX_TOKEN, Files.readString(token));
            keys.put("runner.nix-caches", url + "/nix-cache");
            keys.put("runner.nix-keys", Files.readString(publicKey).strip());
        }
        return new HostFiles(files, keys);
    }

    private static @Nullable String fingerprint(Settings settings) throws IOException {
        Path file =
                GatewayTransport.authority(FolderSettings.of(settings).data()).certificate();
        if (!Files.exists(file)) {
            return null;
        }
        try {
            var certificate = CertificateFactory.getInstance("X.509")
                    .generateCertificate(
                            new ByteArrayInputStream(Files.readString(file).getBytes(StandardCharsets.UTF_8)));
            return PinnedAuthority.fingerprint((X509Certificate) certificate);
        } catch (CertificateException e) {
            throw new UserError("the certificate in " + file + " cannot be read: " + e.getMessage(), e);
        }
    }

    private void publish(JoinSecret secret, HostFiles files, Duration validity) throws IOException {
        Instant now = Instant.now();
        var token = new JoinToken(
                secret.host(),
                AccessToken.hash(secret.proof()),
                secret.seal(files.bytes()),
                now,
                now.plus(validity),
                null);
        try (ControlPlaneWriter writer = administrator.writer()) {
            writer.putJoinToken(token);
        }
    }

    private void print(JoinSecret secret, String url, BusConfig connection) {
        Output.line("Host " + secret.host() + " has a Kafka user, rights, keys and topics. On the machine, within "
                + ttl + ", as root:");
        Output.line("");
        Output.line("  hatchery join " + url + " " + secret.token());
        Output.line("");
        Output.line("The token works once.");
        for (String address : new String[] {connection.bootstrap(), url}) {
            if (address.contains("127.0.0.1") || address.contains("localhost") || address.contains("[::1]")) {
                Output.line("Only this machine reaches " + address
                        + ": set broker.address and gateway.address for other machines.");
            }
        }
    }
}
