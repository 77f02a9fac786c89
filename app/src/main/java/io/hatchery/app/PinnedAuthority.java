package io.hatchery.app;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * Trusts the one authority whose certificate has a certain SHA-256, for machines that do not have the certificate yet. The server sends
 * it with its own.
 *
 * @param fingerprint in hexadecimal digits
 */
record PinnedAuthority(String fingerprint) implements X509TrustManager {
    /** The context of connections that trust it alone. */
    static SSLContext context(String fingerprint) {
        try {
            var context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new PinnedAuthority(fingerprint)}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no TLS", e);
        }
    }

    /** The fingerprint of a certificate. */
    static String fingerprint(X509Certificate certificate) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
        } catch (CertificateEncodingException | java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException("a certificate has no fingerprint", e);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        try {
            for (int i = 0; i < chain.length; i++) {
                chain[i].checkValidity();
                if (fingerprint(chain[i]).equals(fingerprint)) {
                    return;
                }
                if (i + 1 < chain.length) {
                    requireAuthority(chain[i + 1]);
                    chain[i].verify(chain[i + 1].getPublicKey());
                }
            }
        } catch (GeneralSecurityException e) {
            throw new CertificateException("its certificates do not fit together: " + e.getMessage(), e);
        }
        throw new CertificateException("its authority is not the one of the join token (SHA-256 " + fingerprint + ")");
    }

    private static void requireAuthority(X509Certificate certificate) throws CertificateException {
        if (certificate.getBasicConstraints() < 0) {
            throw new CertificateException(
                    certificate.getSubjectX500Principal() + " is not an authority, and issued a certificate");
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("clients are not checked");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
