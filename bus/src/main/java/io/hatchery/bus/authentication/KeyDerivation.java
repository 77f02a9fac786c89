package io.hatchery.bus.authentication;

import io.hatchery.protocol.Authentication;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.KDF;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Derives keys with HKDF-SHA-256 (RFC 5869): the fleet key gives a root for each purpose, and a root gives a key for each host. Who
 * has a derived key cannot calculate the one that it comes from, nor its siblings.
 */
final class KeyDerivation {
    /** The bytes of each key. */
    static final int SIZE = 32;

    private static final String INFO = "hatchery/record/1/";

    private KeyDerivation() {}

    /** The root of a purpose. */
    static SecretKeySpec root(SecretKeySpec fleet, String keyId, Authentication purpose) {
        return derive(fleet, INFO + keyId + "/" + purpose.text());
    }

    /**
     * The key of a host.
     *
     * @param signer the name of the host; empty for the control plane
     */
    static SecretKeySpec ofHost(SecretKeySpec root, String keyId, Authentication purpose, String signer) {
        return derive(root, INFO + keyId + "/" + purpose.text() + "/" + signer);
    }

    private static SecretKeySpec derive(SecretKeySpec from, String info) {
        try {
            byte[] bytes = KDF.getInstance("HKDF-SHA256")
                    .deriveData(HKDFParameterSpec.ofExtract()
                            .addIKM(from)
                            .thenExpand(info.getBytes(StandardCharsets.UTF_8), SIZE));
            return key(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no HKDF-SHA256", e);
        }
    }

    private static SecretKeySpec key(byte[] bytes) {
        var key = new SecretKeySpec(bytes, RecordMac.ALGORITHM);
        Arrays.fill(bytes, (byte) 0);
        return key;
    }

    /**
     * A key as text.
     *
     * @throws IllegalArgumentException if it is not 32 bytes in base64
     */
    static SecretKeySpec read(String name, String base64) {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("the key " + name + " is not base64", e);
        }
        if (bytes.length != SIZE) {
            throw new IllegalArgumentException("the key " + name + " has " + bytes.length + " bytes, not " + SIZE);
        }
        return key(bytes);
    }

    static String text(SecretKeySpec key) {
        return Base64.getEncoder().encodeToString(key.getEncoded());
    }
}
