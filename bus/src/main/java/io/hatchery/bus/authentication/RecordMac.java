package io.hatchery.bus.authentication;

import io.hatchery.protocol.Authentication;
import io.hatchery.protocol.Headers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Map;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * The message authentication code of a record: HMAC-SHA-256 (RFC 2104) over its purpose, key id, signer, topic, key, metadata headers
 * and value. Each part is preceded by its length, so that no two records give the same input. Partition, offset and time are not part
 * of it: the signer does not know them.
 */
final class RecordMac {
    static final String ALGORITHM = "HmacSHA256";

    private static final byte[] VERSION = bytes("hatchery-record-1");
    private static final int NULL_LENGTH = -1;

    private final Mac mac;

    private RecordMac(SecretKeySpec key) {
        try {
            mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no " + ALGORITHM, e);
        }
    }

    /**
     * Who signs, and for what.
     *
     * @param signer a host, or empty for the control plane
     */
    record Signature(String keyId, Authentication purpose, String signer) {}

    /**
     * The code of a record.
     *
     * @param headers its metadata headers, of {@link #metadata}
     * @param value null for a tombstone
     */
    static byte[] of(
            SecretKeySpec key,
            Signature signature,
            String topic,
            byte @Nullable [] recordKey,
            Map<String, byte[]> headers,
            byte @Nullable [] value) {
        var code = new RecordMac(key);
        code.add(VERSION);
        code.add(bytes(signature.purpose().text()));
        code.add(bytes(signature.keyId()));
        code.add(bytes(signature.signer()));
        code.add(bytes(topic));
        code.add(recordKey);
        code.addLength(headers.size());
        new TreeMap<>(headers).forEach((name, text) -> {
            code.add(bytes(name));
            code.add(text);
        });
        code.add(value);
        return code.mac.doFinal();
    }

    /**
     * The headers that the code covers: all of CloudEvents and of Hatchery but the code itself.
     *
     * @throws IllegalArgumentException if one occurs twice or has no value, so that readers may understand it differently
     */
    static Map<String, byte[]> metadata(Iterable<Header> headers) {
        var metadata = new TreeMap<String, byte[]>();
        for (Header header : headers) {
            String name = header.key();
            if (!isCovered(name)) {
                continue;
            }
            if (header.value() == null || metadata.put(name, header.value()) != null) {
                throw new IllegalArgumentException("the header " + name + " occurs twice or has no value");
            }
        }
        return metadata;
    }

    private static boolean isCovered(String name) {
        return (name.startsWith("ce_") || name.startsWith("hatchery_")) && !name.equals(Headers.MAC);
    }

    private void add(byte @Nullable [] part) {
        if (part == null) {
            addLength(NULL_LENGTH);
        } else {
            addLength(part.length);
            mac.update(part);
        }
    }

    private void addLength(int length) {
        mac.update(ByteBuffer.allocate(Integer.BYTES).putInt(length).flip());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Whether two codes are equal, in a time that does not depend on where they differ. */
    static boolean isEqual(byte[] one, byte[] other) {
        return MessageDigest.isEqual(one, other);
    }
}
