package io.hatchery.runner.logs;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads entries of a journal in systemd's Journal Export Format. What writes it may be a hostile container: names, values and the number
 * of fields are bounded, and what is longer is skipped or refused.
 */
final class JournalExportReader {
    /** What is kept of a value; of longer ones the number of other bytes is counted. */
    static final int LONGEST_VALUE = 32 << 10;

    /** journald takes no longer field. */
    private static final long LONGEST_FIELD = 768L << 20;

    private static final int LONGEST_NAME = 64;

    /** journald takes no more; each costs a line at least. */
    private static final int MOST_FIELDS = 1024;

    private static final int LENGTH_BYTES = 8;
    private static final String MESSAGE = "MESSAGE";

    private final InputStream in;
    /** Of the message of the entry, and of the value that was read last. */
    private long cut;

    private long lastCut;

    JournalExportReader(InputStream in) {
        this.in = new BufferedInputStream(in, 1 << 14);
    }

    /**
     * The next entry; waits for it.
     *
     * @return null at the end
     * @throws IOException if it cannot be read, or is not in that format
     */
    @Nullable
    JournalEntry next() throws IOException {
        Map<String, String> fields = new HashMap<>();
        cut = 0;
        int count = 0;
        for (int first = in.read(); first >= 0; first = in.read()) {
            if (first == '\n') {
                if (!fields.isEmpty()) {
                    return JournalEntry.of(fields, cut);
                }
                continue;
            }
            if (++count > MOST_FIELDS) {
                throw new IOException("an entry of the journal has more than " + MOST_FIELDS + " fields");
            }
            field(first, fields);
        }
        if (count > 0) {
            throw new EOFException("the journal ends within an entry");
        }
        return null;
    }

    private void field(int first, Map<String, String> fields) throws IOException {
        var name = new StringBuilder();
        int c = first;
        while (c != '=' && c != '\n') {
            if (c < 0) {
                throw new EOFException("the journal ends within an entry");
            }
            if (name.length() == LONGEST_NAME || !isOfName(c)) {
                throw new IOException("a field of the journal has no valid name");
            }
            name.append((char) c);
            c = in.read();
        }
        if (name.isEmpty()) {
            throw new IOException("a field of the journal has no name");
        }
        String value = c == '=' ? line() : binary();
        // Of a field that an entry has several times, the first counts.
        if (fields.putIfAbsent(name.toString(), value) == null
                && name.toString().equals(MESSAGE)) {
            cut = lastCut;
        }
    }

    private static boolean isOfName(int c) {
        return c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_';
    }

    private String line() throws IOException {
        byte[] kept = new byte[128];
        int length = 0;
        long read = 0;
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the journal ends within an entry");
            }
            if (++read > LONGEST_FIELD) {
                throw new IOException("a field of the journal is longer than " + LONGEST_FIELD + " bytes");
            }
            if (length < LONGEST_VALUE) {
                if (length == kept.length) {
                    kept = Arrays.copyOf(kept, Math.min(LONGEST_VALUE, 2 * length));
                }
                kept[length++] = (byte) c;
            }
        }
        lastCut = read - length;
        return new String(kept, 0, length, StandardCharsets.UTF_8);
    }

    private String binary() throws IOException {
        long length = 0;
        byte[] header = exactly(LENGTH_BYTES);
        for (int i = LENGTH_BYTES - 1; i >= 0; i--) {
            length = length << Byte.SIZE | header[i] & 0xff;
        }
        if (length < 0 || length > LONGEST_FIELD) {
            throw new IOException("a field of the journal is longer than " + LONGEST_FIELD + " bytes");
        }
        byte[] kept = exactly((int) Math.min(length, LONGEST_VALUE));
        lastCut = length - kept.length;
        in.skipNBytes(lastCut);
        if (in.read() != '\n') {
            throw new IOException("a field of the journal has no end");
        }
        return new String(kept, StandardCharsets.UTF_8);
    }

    private byte[] exactly(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("the journal ends within an entry");
        }
        return bytes;
    }
}
