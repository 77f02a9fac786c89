package io.hatchery.spec;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A time span as systemd.time(7) writes it: {@code 90}, {@code 1min 30s}, {@code 1.5h}, {@code infinity}. A number without
 * a unit counts seconds. Units are case-sensitive ({@code m} is minutes, {@code M} months).
 *
 * @param micros microseconds, at least 0; {@link Long#MAX_VALUE} stands for infinity
 */
public record Span(long micros) {
    /** A span that never ends. */
    public static final Span INFINITY = new Span(Long.MAX_VALUE);

    /** The time to read a text grows with the square of its length. */
    private static final int MAX_LENGTH = 200;

    private static final Pattern TERM = Pattern.compile("\\s*([0-9]+(?:\\.[0-9]+)?)\\s*([A-Za-zµμ]*)");
    private static final Map<String, Long> UNITS = units();

    /**
     * @throws IllegalArgumentException if micros is negative
     */
    public Span {
        if (micros < 0) {
            throw new IllegalArgumentException("a time span cannot be negative: " + micros + "us");
        }
    }

    /** A span of a number of seconds. */
    public static Span ofSeconds(long seconds) {
        return new Span(Math.multiplyExact(seconds, 1_000_000L));
    }

    /**
     * Reads a span.
     *
     * @throws IllegalArgumentException if the text is not a span of systemd.time(7), with the offending part in the message
     */
    @JsonCreator
    public static Span parse(String text) {
        if (text.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("'" + ContainerName.shortened(text) + "' is not a time span: it has "
                    + text.length() + " characters, and at most " + MAX_LENGTH + " are allowed");
        }
        if (text.strip().equals("infinity")) {
            return INFINITY;
        }
        var matcher = TERM.matcher(text);
        BigDecimal total = BigDecimal.ZERO;
        int at = 0;
        while (at < text.length() && !text.substring(at).isBlank()) {
            if (!matcher.find(at) || matcher.start() != at) {
                throw new IllegalArgumentException(
                        "'" + ContainerName.shortened(text) + "' is not a time span: cannot read '"
                                + text.substring(at).strip() + "'");
            }
            Long unit = UNITS.get(matcher.group(2));
            if (unit == null) {
                throw new IllegalArgumentException("'" + ContainerName.shortened(text)
                        + "' is not a time span: unknown unit '" + matcher.group(2) + "'");
            }
            total = total.add(new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(unit)));
            at = matcher.end();
        }
        if (at == 0) {
            throw new IllegalArgumentException("'' is not a time span");
        }
        if (total.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) >= 0) {
            throw new IllegalArgumentException("'" + ContainerName.shortened(text) + "' is too long: write infinity");
        }
        return new Span(total.setScale(0, RoundingMode.DOWN).longValueExact());
    }

    /** Whether this span never ends. */
    public boolean isInfinite() {
        return micros == Long.MAX_VALUE;
    }

    /**
     * This span as a duration.
     *
     * @throws IllegalStateException if it is infinite
     */
    public Duration toDuration() {
        if (isInfinite()) {
            throw new IllegalStateException("an infinite span has no duration");
        }
        return Duration.ofSeconds(micros / 1_000_000, micros % 1_000_000 * 1000);
    }

    /** The canonical text, as systemd prints it: {@code 1min 30s}. Parsing it gives this span again. */
    @Override
    @JsonValue
    public String toString() {
        if (isInfinite()) {
            return "infinity";
        }
        if (micros == 0) {
            return "0";
        }
        var text = new StringBuilder();
        long rest = micros;
        for (String unit : new String[] {"w", "d", "h", "min", "s", "ms", "us"}) {
            long size = unitSize(unit);
            if (rest >= size) {
                text.append(text.isEmpty() ? "" : " ").append(rest / size).append(unit);
                rest %= size;
            }
        }
        return text.toString();
    }

    private static long unitSize(String unit) {
        Long size = UNITS.get(unit);
        if (size == null) {
            throw new IllegalStateException("no unit " + unit);
        }
        return size;
    }

    private static Map<String, Long> units() {
        var units = new LinkedHashMap<String, Long>();
        addUnits(units, 1, "us", "usec", "µs", "μs");
        addUnits(units, 1_000, "ms", "msec");
        addUnits(units, 1_000_000, "", "s", "sec", "second", "seconds");
        addUnits(units, 60_000_000L, "min", "minute", "minutes", "m");
        addUnits(units, 3_600_000_000L, "h", "hr", "hour", "hours");
        addUnits(units, 86_400_000_000L, "d", "day", "days");
        addUnits(units, 604_800_000_000L, "w", "week", "weeks");
        // systemd.time(7): a month is 30.44 days, a year 365.25
        addUnits(units, 2_630_016_000_000L, "M", "month", "months");
        addUnits(units, 31_557_600_000_000L, "y", "year", "years");
        return Map.copyOf(units);
    }

    private static void addUnits(Map<String, Long> units, long micros, String... names) {
        for (String name : names) {
            units.put(name, micros);
        }
    }
}
