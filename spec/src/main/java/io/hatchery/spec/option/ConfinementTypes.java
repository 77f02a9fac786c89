package io.hatchery.spec.option;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.hatchery.spec.json.Json;
import java.math.BigInteger;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What values the options of users, capabilities, devices and limits take. */
final class ConfinementTypes {
    private static final Pattern SIZE = Pattern.compile("^(\\d{1,18})([KMGT]?)$");
    private static final Pattern PERCENT = Pattern.compile("^[1-9]\\d{0,6}%$");
    private static final Pattern NODE = Pattern.compile("^(char|block)-[^\\s\\p{Cntrl}\u0080-\u009f/]+$");
    private static final int HEAVIEST = 10_000;
    private static final int SHIFT = 10;
    private static final long HIGHEST_UID = 4_294_901_760L;
    private static final String INFINITY = "infinity";

    /** Those of capabilities(7), as of Linux 5.9 and still. */
    private static final Set<String> CAPABILITIES = Set.of(
            "CAP_AUDIT_CONTROL",
            "CAP_AUDIT_READ",
            "CAP_AUDIT_WRITE",
            "CAP_BLOCK_SUSPEND",
            "CAP_BPF",
            "CAP_CHECKPOINT_RESTORE",
            "CAP_CHOWN",
            "CAP_DAC_OVERRIDE",
            "CAP_DAC_READ_SEARCH",
            "CAP_FOWNER",
            "CAP_FSETID",
            "CAP_IPC_LOCK",
            "CAP_IPC_OWNER",
            "CAP_KILL",
            "CAP_LEASE",
            "CAP_LINUX_IMMUTABLE",
            "CAP_MAC_ADMIN",
            "CAP_MAC_OVERRIDE",
            "CAP_MKNOD",
            "CAP_NET_ADMIN",
            "CAP_NET_BIND_SERVICE",
            "CAP_NET_BROADCAST",
            "CAP_NET_RAW",
            "CAP_PERFMON",
            "CAP_SETFCAP",
            "CAP_SETGID",
            "CAP_SETPCAP",
            "CAP_SETUID",
            "CAP_SYSLOG",
            "CAP_SYS_ADMIN",
            "CAP_SYS_BOOT",
            "CAP_SYS_CHROOT",
            "CAP_SYS_MODULE",
            "CAP_SYS_NICE",
            "CAP_SYS_PACCT",
            "CAP_SYS_PTRACE",
            "CAP_SYS_RAWIO",
            "CAP_SYS_RESOURCE",
            "CAP_SYS_TIME",
            "CAP_SYS_TTY_CONFIG",
            "CAP_WAKE_ALARM");

    static final OptionType.Scalar USERS = new OptionType.Scalar(
            "no, identity, pick or the first uid of a range",
            usersSchema(),
            value -> {
                if (value.isIntegralNumber()) {
                    // nspawn takes ranges of 65536, the last of which must fit below the uid that means nobody.
                    if (!value.canConvertToLong() || value.longValue() < 0 || value.longValue() > HIGHEST_UID) {
                        throw new IllegalArgumentException("is not between 0 and " + HIGHEST_UID);
                    }
                    return TextNode.valueOf(value.asText());
                }
                if (!List.of("no", "identity", "pick").contains(Types.string(Types.orNo(value)))) {
                    throw new IllegalArgumentException("expected no, identity, pick or a number");
                }
                return Types.orNo(value);
            },
            "write no, identity, pick, or a number from 0 to " + HIGHEST_UID);

    static final OptionType.Scalar CAPABILITY = new OptionType.Scalar(
            "a capability",
            Json.object().put("type", "string").put("pattern", "^CAP_[A-Z_]+$"),
            value -> {
                String text = Types.string(value);
                if (!CAPABILITIES.contains(text)) {
                    String nearest = NameSuggestion.of(
                            text.toUpperCase(Locale.ROOT),
                            CAPABILITIES.stream().sorted().toList());
                    throw new IllegalArgumentException(
                            "is no capability" + (nearest == null ? "" : "; did you mean " + nearest + "?"));
                }
                return value;
            },
            "give a name of capabilities(7), such as CAP_NET_ADMIN");

    static final OptionType.Scalar DEVICE_NODE = new OptionType.Scalar(
            "a device",
            Json.object().put("type", "string"),
            value -> {
                String text = Types.string(value);
                if (NODE.matcher(text).matches()) {
                    return value;
                }
                if (text.chars().anyMatch(Character::isWhitespace)) {
                    throw new IllegalArgumentException("holds white space, which would end it in DeviceAllow=");
                }
                return TextNode.valueOf(Types.path(text));
            },
            "give a path such as /dev/fuse, or a group such as char-alsa");

    static final OptionType.Scalar DEVICE_MODIFIER = new OptionType.Scalar(
            "some of r, w and m",
            Json.object().put("type", "string").put("pattern", "^[rwm]{1,3}$"),
            value -> {
                String text = Types.string(value);
                if (!text.matches("[rwm]{1,3}") || text.chars().distinct().count() != text.length()) {
                    throw new IllegalArgumentException("expected some of r, w and m, each once");
                }
                return value;
            },
            "write rw, or rwm to allow it to be made as well");

    static final OptionType.Scalar SIZE_OR_INFINITY = new OptionType.Scalar(
            "a size in bytes",
            stringOrInteger(),
            value -> {
                if (value.isIntegralNumber() && value.canConvertToLong() && value.longValue() > 0) {
                    return TextNode.valueOf(value.asText());
                }
                String text = Types.string(value);
                return text.equals(INFINITY) ? value : TextNode.valueOf(bytes(text));
            },
            "give bytes, with K, M, G or T for powers of 1024, such as 512M, or infinity");

    static final OptionType.Scalar CPU_QUOTA = new OptionType.Scalar(
            "a percentage",
            Json.object().put("type", "string").put("pattern", "^[1-9][0-9]{0,6}%$"),
            value -> {
                if (!PERCENT.matcher(Types.string(value)).matches()) {
                    throw new IllegalArgumentException("expected a percentage of one processor");
                }
                return value;
            },
            "give a percentage of one processor, such as 150% for one and a half");

    static final OptionType.Scalar CPU_WEIGHT = new OptionType.Scalar(
            "a weight",
            stringOrInteger(),
            value -> value.isTextual() && value.textValue().equals("idle")
                    ? value
                    : TextNode.valueOf(number(value, HEAVIEST)),
            "give a number from 1 to " + HEAVIEST + "; 100 is usual; or idle");

    static final OptionType.Scalar TASKS = new OptionType.Scalar(
            "a number of tasks",
            stringOrInteger(),
            value -> value.isTextual() && value.textValue().equals(INFINITY)
                    ? value
                    : TextNode.valueOf(number(value, Integer.MAX_VALUE)),
            "give a number from 1, or infinity");

    static final OptionType.Scalar IO_WEIGHT = new OptionType.Scalar(
            "a weight",
            Json.object().put("type", "integer").put("minimum", 1).put("maximum", HEAVIEST),
            value -> Json.node(Integer.parseInt(number(value, HEAVIEST))),
            "give a number from 1 to " + HEAVIEST + "; 100 is usual");

    private ConfinementTypes() {}

    private static ObjectNode usersSchema() {
        ObjectNode schema = Json.object();
        schema.putArray("anyOf")
                .add(Json.object().set("enum", Json.node(List.of("no", "identity", "pick", false))))
                .add(Json.object().put("type", "integer").put("minimum", 0).put("maximum", HIGHEST_UID));
        return schema;
    }

    private static ObjectNode stringOrInteger() {
        ObjectNode schema = Json.object();
        schema.putArray("type").add("string").add("integer");
        return schema;
    }

    private static String number(com.fasterxml.jackson.databind.JsonNode value, int most) {
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 1 || value.intValue() > most) {
            throw new IllegalArgumentException("expected a number from 1 to " + most);
        }
        return value.asText();
    }

    private static String bytes(String text) {
        Matcher matcher = SIZE.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("is not a size");
        }
        int power = "KMGT".indexOf(matcher.group(2)) + (matcher.group(2).isEmpty() ? 0 : 1);
        BigInteger bytes = new BigInteger(matcher.group(1)).shiftLeft(SHIFT * power);
        if (bytes.signum() == 0 || bytes.bitLength() >= Long.SIZE) {
            throw new IllegalArgumentException("is not between 1 byte and 8 exbibytes");
        }
        return bytes.toString();
    }
}
