package io.hatchery.broker;

import java.util.regex.Pattern;

/** The names of a server in its certificate (RFC 5280, 4.2.1.6). */
final class SubjectName {
    private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|.*:.*");

    private SubjectName() {}

    /** An address or a DNS name, as keytool takes it. */
    static String of(String name) {
        return (ADDRESS.matcher(name).matches() ? "ip:" : "dns:") + name;
    }
}
