package io.hatchery.runner.simulation;

import java.util.Arrays;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What is on a disk, whoever looks, and how much of it a loss of power leaves: all of what was done durably; of what was only
 * added, any first part; and what was only deleted may be there again.
 */
final class DiskContents {
    private final NavigableMap<String, byte[]> files = new TreeMap<>();
    private final Map<String, byte[]> synced = new TreeMap<>();

    Set<String> namesFrom(String name) {
        return files.tailMap(name).keySet();
    }

    byte @Nullable [] read(String file) {
        return files.get(file);
    }

    void replace(String file, byte[] bytes) {
        files.put(file, bytes);
        synced.put(file, bytes);
    }

    void append(String file, byte[] bytes) {
        files.put(file, joined(files.getOrDefault(file, new byte[0]), bytes));
    }

    /** The file with these bytes at its beginning reaches the disk, unless it was replaced since. */
    void sync(String file, byte[] appended) {
        byte[] sure = synced.get(file);
        if (isPrefix(appended, files.get(file)) && (sure == null || isPrefix(sure, appended))) {
            synced.put(file, appended);
        }
    }

    private static boolean isPrefix(byte[] first, byte @Nullable [] all) {
        return all != null && all.length >= first.length && Arrays.equals(all, 0, first.length, first, 0, first.length);
    }

    void delete(String file, boolean durable) {
        files.remove(file);
        if (durable) {
            synced.remove(file);
        }
    }

    /** Everything written reaches the disk. */
    void sync() {
        synced.clear();
        synced.putAll(files);
    }

    /** Only what was synchronized is there for certain. */
    void losePower(SplittableRandom random) {
        var names = new TreeSet<>(files.keySet());
        names.addAll(synced.keySet());
        for (String name : names) {
            byte[] left = left(files.get(name), synced.get(name), random);
            if (left == null) {
                files.remove(name);
            } else {
                files.put(name, left);
            }
        }
        sync();
    }

    private static byte @Nullable [] left(byte @Nullable [] written, byte @Nullable [] sure, SplittableRandom random) {
        if (Arrays.equals(written, sure)) {
            return sure;
        }
        if (written == null || random.nextInt(4) == 0) {
            return random.nextBoolean() ? sure : written;
        }
        boolean extended = sure != null && isPrefix(sure, written);
        int least = extended && sure != null ? sure.length : 0;
        return Arrays.copyOf(written, least + random.nextInt(written.length - least + 1));
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }
}
