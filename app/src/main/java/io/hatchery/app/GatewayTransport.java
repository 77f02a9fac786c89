package io.hatchery.app;

import io.hatchery.broker.CertificateAuthority;
import io.hatchery.gateway.tls.CertificateFiles;
import io.hatchery.gateway.tls.TransportSecurity;
import io.hatchery.spec.Subnet;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** The keys for TLS of the gateway, and the certificate that Hatchery's own authority issues where none is configured. */
final class GatewayTransport {
    private static final ConfigurationKey<Path> CERTIFICATE = ConfigurationKey.named("gateway.tls.certificate")
            .takes(ValueType.path())
            .describedAs(
                    "PEM file with the gateway's certificate and those of the authorities above it; read again when it changes")
            .defaultsToComputed("issued by the authority in <data>/ca, unless the address is a loopback address");
    private static final ConfigurationKey<Path> KEY = ConfigurationKey.named("gateway.tls.key")
            .takes(ValueType.path())
            .describedAs("PEM file with the private key of the gateway's certificate")
            .defaultsToComputed("beside the certificate");
    private static final ConfigurationKey<List<Subnet>> TRUSTED_PROXIES = ConfigurationKey.named(
                    "gateway.trusted-proxies")
            .takes(ValueType.listOf(GatewayTransport::subnet))
            .describedAs(
                    "Addresses and subnets of reverse proxies, separated by commas. If it is set and there is no certificate, the"
                            + " gateway speaks HTTP without TLS with them and with its own machine alone")
            .withoutDefault();
    private static final ConfigurationKey<List<String>> NAMES = ConfigurationKey.named("gateway.names")
            .takes(ValueType.listOf(ValueType.text()))
            .describedAs(
                    "Host names of the gateway, separated by commas, for its certificate and for requests; addresses,"
                            + " localhost and the names in its certificate need not be named")
            .withoutDefault();
    static final List<ConfigurationKey<?>> KEYS = List.of(CERTIFICATE, KEY, TRUSTED_PROXIES, NAMES);

    /** A certificate that expires sooner is issued again at the start. */
    private static final Duration RENEWED = Duration.ofDays(60);

    private GatewayTransport() {}

    private static Subnet subnet(String text) {
        return new Subnet(text.contains("/") ? text : text + (text.contains(":") ? "/128" : "/32"));
    }

    /** Hatchery's own certificate authority. */
    static CertificateAuthority authority(Path data) {
        return new CertificateAuthority(data.resolve("ca"));
    }

    /** Whether the gateway speaks TLS. */
    static boolean isEncrypted(Settings settings, String address) {
        return settings.find(CERTIFICATE).isPresent()
                || !isLoopback(address) && settings.find(TRUSTED_PROXIES).isEmpty();
    }

    /**
     * How a gateway at an address protects what clients send; issues its certificate if need be.
     *
     * @throws UserError if a certificate is configured without its key
     */
    static TransportSecurity of(Settings settings, String address) throws IOException {
        Set<String> names = names(settings);
        return new TransportSecurity(
                isEncrypted(settings, address) ? files(settings, address, names) : null,
                settings.find(TRUSTED_PROXIES).orElse(List.of()),
                names);
    }

    private static Set<String> names(Settings settings) {
        var names = new TreeSet<String>();
        settings.find(NAMES).orElse(List.of()).forEach(name -> names.add(name.toLowerCase(Locale.ROOT)));
        return names;
    }

    private static CertificateFiles files(Settings settings, String address, Set<String> names) throws IOException {
        Path certificate = settings.find(CERTIFICATE).orElse(null);
        Path key = settings.find(KEY).orElse(null);
        if (certificate != null && key != null) {
            return new CertificateFiles(certificate, key);
        }
        if (certificate != null || key != null) {
            throw new UserError("set both gateway.tls.certificate and gateway.tls.key, or none of them");
        }
        return issued(FolderSettings.of(settings).data(), address, names);
    }

    private static CertificateFiles issued(Path data, String address, Set<String> names) throws IOException {
        CertificateAuthority authority = authority(data);
        authority.init();
        var files = new CertificateFiles(
                authority.folder().resolve("gateway.pem"), authority.folder().resolve("gateway.key.pem"));
        var all = new TreeSet<>(names);
        all.addAll(addresses(address));
        if (!covers(files, all)) {
            authority.issue(all, files.certificate(), files.key());
        }
        return files;
    }

    /** What clients may write for an address: all of this machine's, if it stands for them. */
    private static Set<String> addresses(String address) throws IOException {
        var all = new TreeSet<String>();
        if (!address.equals("0.0.0.0") && !address.equals("::")) {
            all.add(address);
            return all;
        }
        for (NetworkInterface one : Collections.list(NetworkInterface.getNetworkInterfaces())) {
            one.inetAddresses()
                    .filter(each -> !each.isLinkLocalAddress())
                    .forEach(each -> all.add(each.getHostAddress().replaceFirst("%.*", "")));
        }
        all.add("localhost");
        all.add(InetAddress.getLocalHost().getHostName().toLowerCase(Locale.ROOT));
        return all;
    }

    private static boolean covers(CertificateFiles files, Set<String> names) throws IOException {
        if (!Files.exists(files.certificate()) || !Files.exists(files.key())) {
            return false;
        }
        try (var in = Files.newInputStream(files.certificate())) {
            var issued =
                    (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
            var alternatives = issued.getSubjectAlternativeNames();
            var covered = new TreeSet<String>();
            if (alternatives != null) {
                alternatives.forEach(name -> covered.add(name.get(1).toString()));
            }
            return issued.getNotAfter().toInstant().isAfter(Instant.now().plus(RENEWED)) && covered.containsAll(names);
        } catch (GeneralSecurityException e) {
            throw new IOException(
                    "the certificate in " + files.certificate() + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static boolean isLoopback(String address) {
        try {
            return InetAddress.getByName(address).isLoopbackAddress();
        } catch (IOException e) {
            throw new UserError(
                    "gateway.address is '" + address + "', which cannot be resolved: set an address of this host", e);
        }
    }
}
