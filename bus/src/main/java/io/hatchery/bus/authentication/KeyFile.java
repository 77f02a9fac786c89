package io.hatchery.bus.authentication;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys in a file, which is read again after it has changed, so that keys are replaced without a restart. Safe for all threads.
 */
public final class KeyFile implements KeySource {
    private static final Logger LOG = LoggerFactory.getLogger(KeyFile.class);

    /** How often the file is looked at, at most. */
    private static final Duration INTERVAL = Duration.ofSeconds(5);

    private final Path file;
    private volatile RecordKeys keys;
    private volatile long looked;
    private FileTime modified;

    /**
     * Reads a file.
     *
     * @throws IOException if it cannot be read
     * @throws IllegalArgumentException if it does not hold keys; the message names the property
     */
    public KeyFile(Path file) throws IOException {
        this.file = file;
        this.modified = Files.getLastModifiedTime(file);
        this.keys = RecordKeys.of(properties(file));
        this.looked = System.nanoTime();
    }

    /** The properties in a file. */
    public static Map<String, String> properties(Path file) throws IOException {
        var properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        }
        var values = new TreeMap<String, String>();
        properties.stringPropertyNames().forEach(name -> values.put(name, properties.getProperty(name)));
        return values;
    }

    @Override
    public RecordKeys keys() {
        if (System.nanoTime() - looked > INTERVAL.toNanos()) {
            readIfChanged();
        }
        return keys;
    }

    @Override
    public RecordKeys changedKeys() {
        readIfChanged();
        return keys;
    }

    private synchronized void readIfChanged() {
        looked = System.nanoTime();
        try {
            FileTime now = Files.getLastModifiedTime(file);
            if (!now.equals(modified)) {
                keys = RecordKeys.of(properties(file));
                modified = now;
                LOG.info("signs records with key {} of {}", keys.current(), file);
            }
        } catch (IOException | IllegalArgumentException e) {
            LOG.warn("the keys in {} cannot be read, and the last ones stay in force: {}", file, e.getMessage());
        }
    }
}
