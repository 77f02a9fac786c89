package io.hatchery.runner.plan;

import java.nio.charset.StandardCharsets;

/** Names of systemd's units that follow from what they are of: systemd.unit(5), "String Escaping for Inclusion in Unit Names". */
public final class UnitNames {
    private UnitNames() {}

    /** The unit of a network device: systemd.device(5). */
    static String device(String name) {
        return "sys-subsystem-net-devices-" + escaped(name) + ".device";
    }

    /**
     * The unit of a mount: systemd.mount(5).
     *
     * @param path absolute, without a slash at its end
     */
    public static String mount(String path) {
        return escaped(path.substring(1)) + ".mount";
    }

    private static String escaped(String text) {
        var unit = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean plain =
                    c < 0x80 && Character.isLetterOrDigit(c) || c == '_' || c == ':' || c == '.' && !unit.isEmpty();
            unit.append(c == '/' ? "-" : plain ? String.valueOf(c) : String.format("\\x%02x", (int) c));
        }
        return unit.toString();
    }
}
