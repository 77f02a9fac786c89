package io.hatchery.runner.journal;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/** A last line {@code sha256:<hex>} of a text, by which a runner notices that the disk has damaged it. */
final class Checksum {
    private static final String LABEL = "\nsha256:";

    private Checksum() {}

    static byte[] appended(byte[] text) {
        byte[] line = line(text).getBytes(StandardCharsets.US_ASCII);
        byte[] all = Arrays.copyOf(text, text.length + line.length);
        System.arraycopy(line, 0, all, text.length, line.length);
        return all;
    }

    /** The text without its checksum; empty if it is damaged. A text of an earlier version has no checksum and is not checked. */
    static Optional<byte[]> verified(byte[] all) {
        String text = new String(all, StandardCharsets.ISO_8859_1);
        int at = text.lastIndexOf(LABEL);
        if (at < 0) {
            return text.startsWith("{") && text.endsWith("}") ? Optional.of(all) : Optional.empty();
        }
        byte[] before = Arrays.copyOf(all, at);
        return text.substring(at).equals(line(before)) ? Optional.of(before) : Optional.empty();
    }

    private static String line(byte[] text) {
        try {
            return LABEL
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(text)) + "\n";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has SHA-256, see MessageDigest
        }
    }
}
