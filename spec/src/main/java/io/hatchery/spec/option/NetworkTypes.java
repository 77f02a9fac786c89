package io.hatchery.spec.option;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.hatchery.spec.json.Json;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/** What values the options of the network take. */
final class NetworkTypes {
    private static final Pattern DOTTED = Pattern.compile("^\\d{1,3}(\\.\\d{1,3}){3}$");
    private static final Pattern PREFIX = Pattern.compile("^\\d{1,3}$");
    private static final int BITS4 = 32;
    private static final int BITS6 = 128;
    private static final int HIGHEST_PORT = 65_535;
    /** IFNAMSIZ of netdevice(7), without its NUL. */
    private static final int LONGEST_INTERFACE = 15;

    static final OptionType.Scalar IPV4 =
            address("an IPv4 address", BITS4, false, "give four numbers, such as 10.0.0.1");
    static final OptionType.Scalar IPV6 = address("an IPv6 address", BITS6, false, "give an address such as fd00::1");
    static final OptionType.Scalar LOCAL4 = address(
            "an IPv4 address",
            BITS4,
            true,
            "give four numbers, such as 10.0.0.2, and with a bridge a prefix length: 10.0.0.2/24");
    static final OptionType.Scalar LOCAL6 = address(
            "an IPv6 address",
            BITS6,
            true,
            "give an address such as fd00::2, and with a bridge a prefix length: fd00::2/64");

    static final OptionType.Scalar MAC = new OptionType.Scalar(
            "a MAC address",
            Json.object().put("type", "string").put("pattern", "^[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}$"),
            value -> {
                String text = Types.string(value);
                if (!text.matches("[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}")) {
                    throw new IllegalArgumentException("is not a MAC address");
                }
                if ((Integer.parseInt(text.substring(0, 2), 16) & 1) != 0) {
                    throw new IllegalArgumentException("is a multicast address, which no interface can have");
                }
                return TextNode.valueOf(text.toLowerCase(Locale.ROOT));
            },
            "give six bytes such as 02:00:00:00:00:01");

    static final OptionType.Scalar INTERFACE = Types.text(
            "an interface's name",
            Pattern.compile("^(?!\\.{1,2}$|-)[A-Za-z0-9_.-]+$"),
            LONGEST_INTERFACE,
            "use 1 to 15 characters out of A-Z, a-z, 0-9, '_', '.' and '-', not starting with '-', and neither '.' nor '..' alone");

    static final OptionType.Scalar PORT = new OptionType.Scalar(
            "a port",
            Json.object().put("type", "integer").put("minimum", 1).put("maximum", HIGHEST_PORT),
            value -> {
                if (!value.isIntegralNumber()) {
                    throw new IllegalArgumentException("expected an integer");
                }
                if (!value.canConvertToInt() || value.intValue() < 1 || value.intValue() > HIGHEST_PORT) {
                    throw new IllegalArgumentException("is not between 1 and " + HIGHEST_PORT);
                }
                return Json.node(value.intValue());
            },
            "give a number from 1 to " + HIGHEST_PORT);

    private NetworkTypes() {}

    private static OptionType.Scalar address(String words, int bits, boolean prefixed, String remedy) {
        UnaryOperator<JsonNode> normalize = value -> {
            String text = Types.string(value).toLowerCase(Locale.ROOT);
            int slash = text.indexOf('/');
            if (slash >= 0 && !prefixed) {
                throw new IllegalArgumentException("has a prefix length");
            }
            check(slash < 0 ? text : text.substring(0, slash), words, bits);
            if (slash >= 0) {
                checkPrefix(text.substring(slash + 1), bits);
            }
            return TextNode.valueOf(text);
        };
        return new OptionType.Scalar(words, Json.object().put("type", "string"), normalize, remedy);
    }

    private static void check(String text, String words, int bits) {
        try {
            if (bits == BITS4 && DOTTED.matcher(text).matches()) {
                Inet4Address.ofLiteral(text);
                return;
            }
            if (bits == BITS6 && text.indexOf(':') >= 0 && text.indexOf('%') < 0) {
                Inet6Address.ofLiteral(text);
                return;
            }
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("is not " + words, e);
        }
        throw new IllegalArgumentException("is not " + words);
    }

    private static void checkPrefix(String text, int bits) {
        if (!PREFIX.matcher(text).matches() || Integer.parseInt(text) > bits) {
            throw new IllegalArgumentException("has a prefix length that is not between 0 and " + bits);
        }
    }
}
