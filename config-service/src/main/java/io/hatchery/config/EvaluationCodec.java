package io.hatchery.config;

import java.io.ByteArrayOutputStream;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * Keeps JSON texts that resemble each other in few bytes: each is deflated with the first texts as its dictionary. An evaluation of
 * 900 bytes takes about 150. Not thread-safe; what one codec packed, only that codec unpacks.
 */
final class EvaluationCodec {
    /** The most bytes of the dictionary: more cost more time for each text than they save space. */
    private static final int DICTIONARY_BYTES = 4 << 10;

    /** A text above this is not made part of the dictionary. */
    private static final int SAMPLE_BYTES = 2 << 10;

    private static final int BUFFER = 4 << 10;
    private static final byte PLAIN = 0;
    private static final byte DICTIONARY = 1;

    private final Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
    private final Inflater inflater = new Inflater(true);
    private final byte[] buffer = new byte[BUFFER];
    private final ByteArrayOutputStream samples = new ByteArrayOutputStream();
    private byte[] dictionary = {};

    /** The text in packed form. */
    byte[] pack(byte[] json) {
        boolean hasDictionary = dictionary.length > 0;
        deflater.reset();
        if (hasDictionary) {
            deflater.setDictionary(dictionary);
        }
        deflater.setInput(json);
        deflater.finish();
        var packed = new ByteArrayOutputStream(json.length / 4 + 1);
        packed.write(hasDictionary ? DICTIONARY : PLAIN);
        while (!deflater.finished()) {
            packed.write(buffer, 0, deflater.deflate(buffer));
        }
        if (!hasDictionary) {
            learn(json);
        }
        return packed.toByteArray();
    }

    private void learn(byte[] json) {
        if (json.length > SAMPLE_BYTES) {
            return;
        }
        samples.writeBytes(json);
        if (samples.size() + SAMPLE_BYTES > DICTIONARY_BYTES) {
            dictionary = samples.toByteArray();
            samples.reset();
        }
    }

    /**
     * The text of a packed form.
     *
     * @throws IllegalArgumentException if another codec packed it
     */
    byte[] unpack(byte[] packed) {
        inflater.reset();
        inflater.setInput(packed, 1, packed.length - 1);
        if (packed[0] == DICTIONARY) {
            inflater.setDictionary(dictionary);
        }
        var json = new ByteArrayOutputStream(BUFFER);
        try {
            while (!inflater.finished()) {
                int count = inflater.inflate(buffer);
                if (count == 0 && !inflater.finished()) {
                    throw new IllegalArgumentException("the packed text is cut or of another codec");
                }
                json.write(buffer, 0, count);
            }
        } catch (DataFormatException e) {
            throw new IllegalArgumentException("the packed text is damaged or of another codec", e);
        }
        return json.toByteArray();
    }
}
