package io.hatchery.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.HKDFParameterSpec;
import org.jspecify.annotations.Nullable;

/**
 * The secret of a join token. Two values are derived from it with HKDF-SHA-256: a proof, which the machine shows the gateway, and a key for
 * AES-256-GCM, with which its files are encrypted. The gateway and the broker cannot decrypt them.
 *
 * @param host the host that the machine becomes
 * @param secret 32 random bytes in base64url
 * @param fingerprint the SHA-256 of the certificate of the gateway's authority, in hexadecimal digits; null if clients know the
 *     authority otherwise
 */
record JoinSecret(HostName host, String secret, @Nullable String fingerprint) {
    private static final String PREFIX = "hatchery-join-1.";
    private static final int BYTES = 32;
    private static final int NONCE = 12;
    private static final int TAG_BITS = 128;

    /** A new secret. */
    static JoinSecret random(HostName host, @Nullable String fingerprint) {
        return new JoinSecret(host, encode(randomBytes(BYTES)), fingerprint);
    }

    /**
     * The secret of a token.
     *
     * @throws UserError if the text is not a join token
     */
    static JoinSecret parse(String token) {
        try {
            if (!token.startsWith(PREFIX)) {
                throw new IllegalArgumentException("it does not start with " + PREFIX);
            }
            JsonNode read = Json.read(decode(token.substring(PREFIX.length())), ObjectNode.class);
            var secret = new JoinSecret(
                    new HostName(read.path("host").asText()),
                    read.path("secret").asText(),
                    read.hasNonNull("authority") ? read.path("authority").asText() : null);
            if (decode(secret.secret).length != BYTES) {
                throw new IllegalArgumentException("its secret does not have " + BYTES + " bytes");
            }
            return secret;
        } catch (IllegalArgumentException | UnreadableException e) {
            throw new UserError(
                    "this is not a join token: " + e.getMessage()
                            + ". Copy the whole line that hatchery host add prints",
                    e);
        }
    }

    /** The token as it is given to the machine. */
    String token() {
        ObjectNode node = Json.object();
        node.put("host", host.value());
        node.put("secret", secret);
        if (fingerprint != null) {
            node.put("authority", fingerprint);
        }
        return PREFIX + encode(Json.bytes(node));
    }

    /** What the machine shows the gateway. */
    String proof() {
        return encode(derive("proof").getEncoded());
    }

    /** Encrypts the files of the host. */
    String seal(byte[] files) {
        byte[] nonce = randomBytes(NONCE);
        byte[] sealed = crypt(Cipher.ENCRYPT_MODE, nonce, files);
        return Base64.getEncoder()
                .encodeToString(ByteBuffer.allocate(NONCE + sealed.length)
                        .put(nonce)
                        .put(sealed)
                        .array());
    }

    /**
     * Decrypts the files of the host.
     *
     * @throws UserError if they were not encrypted with this secret for this host
     */
    byte[] open(String sealed) {
        try {
            byte[] bytes = Base64.getDecoder().decode(sealed);
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            var nonce = new byte[NONCE];
            buffer.get(nonce);
            var rest = new byte[buffer.remaining()];
            buffer.get(rest);
            return crypt(Cipher.DECRYPT_MODE, nonce, rest);
        } catch (IllegalArgumentException | IllegalStateException | java.nio.BufferUnderflowException e) {
            throw new UserError(
                    "the gateway's answer was not encrypted with this join token: make another with"
                            + " hatchery host add " + host,
                    e);
        }
    }

    private byte[] crypt(int mode, byte[] nonce, byte[] text) {
        try {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(mode, derive("key"), new GCMParameterSpec(TAG_BITS, nonce));
            cipher.updateAAD(host.value().getBytes(StandardCharsets.UTF_8));
            return cipher.doFinal(text);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private SecretKey derive(String purpose) {
        try {
            return KDF.getInstance("HKDF-SHA256")
                    .deriveKey(
                            "AES",
                            HKDFParameterSpec.ofExtract()
                                    .addIKM(decode(secret))
                                    .thenExpand(
                                            ("hatchery/join/1/" + purpose).getBytes(StandardCharsets.UTF_8), BYTES));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no HKDF-SHA256", e);
        }
    }

    private static byte[] randomBytes(int count) {
        var bytes = new byte[count];
        new SecureRandom().nextBytes(bytes);
        return bytes;
    }

    private static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static byte[] decode(String text) {
        return Base64.getUrlDecoder().decode(text);
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return "join token of host " + host;
    }
}
