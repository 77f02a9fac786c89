package io.hatchery.config.system;

import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;

/**
 * A key that signs a Nix cache, in the form of {@code nix-store --generate-binary-cache-key}, which opens the store and so fails for a user
 * who cannot write it while Nix's daemon is away.
 *
 * @param secret its name, a colon, and the base64 of Ed25519's seed and public key
 * @param publicKey its name, a colon, and the base64 of the public key
 */
record SigningKey(String secret, String publicKey) {
    /** Both encodings of Java, PKCS #8 and X.509, end with the raw key of this many bytes. */
    private static final int RAW_BYTES = 32;

    static SigningKey create(String name) {
        try {
            KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            byte[] seed = raw(pair.getPrivate().getEncoded());
            byte[] key = raw(pair.getPublic().getEncoded());
            byte[] both = Arrays.copyOf(seed, 2 * RAW_BYTES);
            System.arraycopy(key, 0, both, RAW_BYTES, RAW_BYTES);
            Base64.Encoder base64 = Base64.getEncoder();
            return new SigningKey(name + ":" + base64.encodeToString(both), name + ":" + base64.encodeToString(key));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has Ed25519", e);
        }
    }

    private static byte[] raw(byte[] encoded) {
        return Arrays.copyOfRange(encoded, encoded.length - RAW_BYTES, encoded.length);
    }
}
