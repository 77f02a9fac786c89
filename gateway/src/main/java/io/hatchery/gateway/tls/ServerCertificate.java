package io.hatchery.gateway.tls;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A certificate and its private key, which were read at the same time and belong together. */
public final class ServerCertificate {
    /** A file of more bytes is none of a certificate. */
    private static final int MAX_BYTES = 1 << 20;

    private static final Pattern KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");

    private static final int DNS_NAME = 2;

    /** By the algorithm of the public key. */
    private static final Map<String, String> SIGNATURES =
            Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA", "EdDSA", "EdDSA");

    private final byte[] certificatePem;
    private final byte[] keyPem;
    private final X509Certificate certificate;

    private ServerCertificate(byte[] certificatePem, byte[] keyPem, X509Certificate certificate) {
        this.certificatePem = certificatePem;
        this.keyPem = keyPem;
        this.certificate = certificate;
    }

    /**
     * Reads and checks the files.
     *
     * @param now the certificate must not have expired then
     * @throws IOException if they cannot be used; the message gives the file, and what to do
     */
    public static ServerCertificate read(CertificateFiles files, Instant now) throws IOException {
        byte[] certificatePem = bytes(files.certificate());
        byte[] keyPem = bytes(files.key());
        X509Certificate certificate = certificate(files.certificate(), certificatePem);
        if (certificate.getNotAfter().toInstant().isBefore(now)) {
            throw new IOException(files.certificate() + " expired on "
                    + certificate.getNotAfter().toInstant() + ": renew the certificate");
        }
        PrivateKey key = key(files.key(), keyPem, certificate.getPublicKey());
        if (!belongsTo(key, certificate.getPublicKey())) {
            throw new IOException(files.key() + " is not the key of the certificate in " + files.certificate()
                    + ": write both files again");
        }
        return new ServerCertificate(certificatePem, keyPem, certificate);
    }

    private static byte[] bytes(Path file) throws IOException {
        if (Files.size(file) > MAX_BYTES) {
            throw new IOException(file + " has more than " + MAX_BYTES + " bytes: give a PEM file");
        }
        return Files.readAllBytes(file);
    }

    private static X509Certificate certificate(Path file, byte[] pem) throws IOException {
        try {
            var chain = new ArrayList<Certificate>(
                    CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem)));
            if (!chain.isEmpty() && chain.getFirst() instanceof X509Certificate first) {
                return first;
            }
        } catch (GeneralSecurityException e) {
            throw new IOException(file + " is not a PEM file with certificates: " + e.getMessage(), e);
        }
        throw new IOException(file + " has no certificate: give a PEM file that begins with the gateway's");
    }

    private static PrivateKey key(Path file, byte[] pem, PublicKey publicKey) throws IOException {
        Matcher key = KEY.matcher(new String(pem, StandardCharsets.US_ASCII));
        if (!key.find()) {
            throw new IOException(
                    file + " has no unencrypted PKCS #8 key: convert it with openssl pkcs8 -topk8 -nocrypt");
        }
        try {
            byte[] encoded = Base64.getMimeDecoder().decode(key.group(1));
            return KeyFactory.getInstance(publicKey.getAlgorithm()).generatePrivate(new PKCS8EncodedKeySpec(encoded));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IOException(
                    file + " has no key of the certificate's algorithm " + publicKey.getAlgorithm()
                            + ": give the key of the certificate",
                    e);
        }
    }

    private static boolean belongsTo(PrivateKey key, PublicKey publicKey) throws IOException {
        String algorithm = SIGNATURES.get(publicKey.getAlgorithm());
        if (algorithm == null) {
            throw new IOException(
                    "keys of the algorithm " + publicKey.getAlgorithm() + " are not known: use RSA, EC or EdDSA");
        }
        try {
            var signature = Signature.getInstance(algorithm);
            byte[] text = "a text".getBytes(StandardCharsets.UTF_8);
            signature.initSign(key);
            signature.update(text);
            byte[] signed = signature.sign();
            signature.initVerify(publicKey);
            signature.update(text);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            throw new IOException("the key of the certificate cannot be used: " + e.getMessage(), e);
        }
    }

    /** The DNS names of the certificate in lower case; one may begin with {@code *.}. */
    public Set<String> names() {
        var names = new TreeSet<String>();
        try {
            var alternatives = certificate.getSubjectAlternativeNames();
            for (List<?> name : alternatives == null ? List.<List<?>>of() : alternatives) {
                if (name.get(0).equals(DNS_NAME)) {
                    names.add(name.get(1).toString().toLowerCase(Locale.ROOT));
                }
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the names of a certificate that was read cannot be read", e);
        }
        return names;
    }

    /** When it expires. */
    Instant expires() {
        return certificate.getNotAfter().toInstant();
    }

    /** The options of a server with this certificate. */
    public PemKeyCertOptions options() {
        return new PemKeyCertOptions()
                .addCertValue(Buffer.buffer(certificatePem))
                .addKeyValue(Buffer.buffer(keyPem));
    }

    /** Whether both have the same certificate and key. */
    boolean isSameAs(ServerCertificate other) {
        return Arrays.equals(certificatePem, other.certificatePem) && MessageDigest.isEqual(keyPem, other.keyPem);
    }
}
