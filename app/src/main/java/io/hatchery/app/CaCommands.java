package io.hatchery.app;

import io.hatchery.broker.CertificateAuthority;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code hatchery ca}: Hatchery's own certificate authority. */
@Command(
        name = "ca",
        description = "Make Hatchery's own certificate authority, and issue certificates of gateways",
        subcommands = {CaCommands.InitAuthority.class, CaCommands.IssueCertificate.class},
        mixinStandardHelpOptions = true)
final class CaCommands {
    private static CertificateAuthority authority(SettingsOptions options) {
        return GatewayTransport.authority(FolderSettings.of(options.settings()).data());
    }

    /** {@code hatchery ca init}. */
    @Command(
            name = "init",
            description = "Make the authority in <data>/ca, unless it exists, and print the file with its certificate",
            footer = "A gateway that listens beyond loopback without a certificate of its own does this at its start.",
            mixinStandardHelpOptions = true)
    static final class InitAuthority implements Runnable {
        @Mixin
        private SettingsOptions options = new SettingsOptions();

        @Override
        public void run() {
            CertificateAuthority authority = authority(options);
            try {
                authority.init();
            } catch (IOException e) {
                throw new UserError("the authority in " + authority.folder() + " cannot be made: " + e.getMessage(), e);
            }
            Output.text(authority.certificate() + "\n");
        }
    }

    /** {@code hatchery ca issue}. */
    @Command(
            name = "issue",
            description = "Issue a certificate for the gateway, valid for 825 days",
            footer = "A running gateway uses the new files within 5 seconds.",
            mixinStandardHelpOptions = true)
    static final class IssueCertificate implements Runnable {
        @Mixin
        private SettingsOptions options = new SettingsOptions();

        @Parameters(arity = "1..*", paramLabel = "NAME", description = "Addresses and host names of the gateway")
        private List<String> names = new ArrayList<>();

        @Option(
                names = "--certificate",
                required = true,
                paramLabel = "FILE",
                description = "Receives the certificate and that of the authority, for gateway.tls.certificate")
        private Path certificate = Path.of("");

        @Option(
                names = "--key",
                required = true,
                paramLabel = "FILE",
                description = "Receives the private key, for gateway.tls.key; only its owner can read it")
        private Path key = Path.of("");

        @Override
        public void run() {
            CertificateAuthority authority = authority(options);
            if (!authority.exists()) {
                throw new UserError(
                        "there is no authority in " + authority.folder() + ": make it with hatchery ca init");
            }
            try {
                authority.issue(names, certificate.toAbsolutePath(), key.toAbsolutePath());
            } catch (IOException e) {
                throw new UserError("no certificate is issued: " + e.getMessage(), e);
            }
        }
    }
}
