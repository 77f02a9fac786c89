package io.hatchery.app;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Connections to servers whose certificates certain authorities issued, instead of those that the JDK knows. */
final class TrustedAuthority {
    private TrustedAuthority() {}

    /**
     * The context of such connections.
     *
     * @param pem certificates of the authorities
     * @param source where they are from, for messages
     * @throws UserError if there is none that can be read
     */
    static SSLContext context(String pem, String source) {
        try {
            var keys = KeyStore.getInstance(KeyStore.getDefaultType());
            keys.load(null, null);
            int number = 0;
            for (Certificate each : CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8)))) {
                keys.setCertificateEntry("authority-" + number++, each);
            }
            if (number == 0) {
                throw new UserError(
                        source + " has no certificate: give a PEM file, such as the gateway's <data>/ca/ca.pem");
            }
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(keys);
            var context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new UserError(source + " is not a PEM file with certificates: " + e.getMessage(), e);
        }
    }
}
