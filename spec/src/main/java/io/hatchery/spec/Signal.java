package io.hatchery.spec;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * A Linux signal by its name in signal(7) and {@code kill -l}: {@code SIGTERM}, {@code SIGRTMIN+3}. Real-time
 * numbers are glibc's, whose SIGRTMIN is 34: systemd counts from there.
 *
 * @param name the name with its SIG prefix
 * @param number the kernel's number, 1 to 64
 */
public record Signal(@JsonValue String name, int number) {
    private static final int RTMIN = 34;
    private static final int RTMAX = 64;
    private static final Pattern REAL_TIME = Pattern.compile("SIGRTMIN(?:\\+([0-9]{1,2}))?|SIGRTMAX(?:-([0-9]{1,2}))?");
    private static final Map<String, Integer> NUMBERS = numbers();

    /** What systemd as PID 1 takes as "start halt.target", see systemd(1). */
    public static final Signal HALT = parse("SIGRTMIN+3");

    /** Requests termination. */
    public static final Signal TERM = parse("SIGTERM");

    /** Kills; cannot be handled. */
    public static final Signal KILL = parse("SIGKILL");

    /**
     * Reads a signal's name, with or without its SIG prefix.
     *
     * @throws IllegalArgumentException if there is no such signal
     */
    @JsonCreator
    public static Signal parse(String text) {
        String upper = text.strip().toUpperCase(Locale.ROOT);
        String name = upper.startsWith("SIG") ? upper : "SIG" + upper;
        Integer number = NUMBERS.get(name);
        if (number == null) {
            number = realTime(name);
        }
        if (number == null) {
            throw new IllegalArgumentException("'" + ContainerName.shortened(text)
                    + "' is no signal: use a name of signal(7) such as SIGTERM, or SIGRTMIN+n with n up to "
                    + (RTMAX - RTMIN));
        }
        return new Signal(name, number);
    }

    private static @org.jspecify.annotations.Nullable Integer realTime(String name) {
        var matcher = REAL_TIME.matcher(name);
        if (!matcher.matches()) {
            return null;
        }
        int number;
        if (name.startsWith("SIGRTMIN")) {
            number = RTMIN + (matcher.group(1) == null ? 0 : Integer.parseInt(matcher.group(1)));
        } else {
            number = RTMAX - (matcher.group(2) == null ? 0 : Integer.parseInt(matcher.group(2)));
        }
        return number >= RTMIN && number <= RTMAX ? number : null;
    }

    private static Map<String, Integer> numbers() {
        var numbers = new TreeMap<String, Integer>();
        String[] names = {
            "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM",
            "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF",
            "WINCH", "IO", "PWR", "SYS"
        };
        for (int i = 0; i < names.length; i++) {
            numbers.put("SIG" + names[i], i + 1);
        }
        return Map.copyOf(numbers);
    }

    @Override
    public String toString() {
        return name;
    }
}
