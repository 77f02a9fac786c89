package io.hatchery.app;

import java.util.regex.Pattern;

/**
 * A size as the configuration has it, such as {@code 10MiB}.
 *
 * @param bytes at least 0
 */
record ByteSize(long bytes) implements Comparable<ByteSize> {
    private static final Pattern TEXT = Pattern.compile("([0-9]{1,15})\\s*(B|KiB|MiB|GiB|TiB)");
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};

    /**
     * Reads a size.
     *
     * @throws IllegalArgumentException if it is not a whole number with a unit
     */
    static ByteSize parse(String text) {
        var matcher = TEXT.matcher(text.strip());
        if (matcher.matches()) {
            try {
                return new ByteSize(Math.multiplyExact(Long.parseLong(matcher.group(1)), factor(matcher.group(2))));
            } catch (ArithmeticException e) {
                throw new IllegalArgumentException("the size is too large", e);
            }
        }
        throw new IllegalArgumentException("write a size such as 10MiB, with the unit B, KiB, MiB, GiB or TiB");
    }

    /** A number with the smallest unit that makes it a size in a range, for an error message; without such a unit an example. */
    static String withUnitInRange(String number, ByteSize min, ByteSize max) {
        for (String unit : UNITS) {
            try {
                ByteSize size = parse(number + unit);
                if (size.compareTo(min) >= 0 && size.compareTo(max) <= 0) {
                    return size.toString();
                }
            } catch (IllegalArgumentException e) {
                break;
            }
        }
        return min.toString();
    }

    private static long factor(String unit) {
        long factor = 1;
        for (String each : UNITS) {
            if (each.equals(unit)) {
                return factor;
            }
            factor <<= 10;
        }
        throw new IllegalStateException("no unit " + unit);
    }

    @Override
    public int compareTo(ByteSize other) {
        return Long.compare(bytes, other.bytes);
    }

    /** The size with the largest unit that divides it. */
    @Override
    public String toString() {
        long number = bytes;
        int unit = 0;
        while (number != 0 && number % 1024 == 0 && unit < UNITS.length - 1) {
            number /= 1024;
            unit++;
        }
        return number + UNITS[unit];
    }
}
