package io.hatchery.protocol;

/**
 * A setting of a topic and the bound that it must keep, since records would be lost, live too long or grow without bound otherwise.
 *
 * @param name the broker's name of the setting
 * @param value the value that it is created with
 * @param bound how another value compares to be accepted too
 */
public record TopicSetting(String name, String value, Bound bound) {
    /** How a value that an operator has set compares to Hatchery's own to be accepted. */
    public enum Bound {
        /** It must be the same. */
        EXACTLY,
        /** It may be larger; -1 stands for no limit. */
        AT_LEAST,
        /** It may be smaller. */
        AT_MOST
    }

    static TopicSetting exactly(String name, String value) {
        return new TopicSetting(name, value, Bound.EXACTLY);
    }

    static TopicSetting atLeast(String name, long value) {
        return new TopicSetting(name, Long.toString(value), Bound.AT_LEAST);
    }

    static TopicSetting atMost(String name, long value) {
        return new TopicSetting(name, Long.toString(value), Bound.AT_MOST);
    }

    /**
     * Whether a topic with that value is kept well enough.
     *
     * @param actual as the broker reports it
     */
    public boolean accepts(String actual) {
        if (actual.equals(value)) {
            return true;
        }
        return switch (bound) {
            case EXACTLY -> false;
            case AT_LEAST -> size(actual) >= size(value);
            case AT_MOST -> size(actual) <= size(value);
        };
    }

    private static long size(String number) {
        long size = Long.parseLong(number);
        return size < 0 ? Long.MAX_VALUE : size;
    }
}
