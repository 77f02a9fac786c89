package io.hatchery.spec;

import java.net.InetAddress;
import java.util.Locale;

/**
 * A range of IPv4 or IPv6 addresses.
 *
 * @param text as {@code address/length}
 */
public record Subnet(String text) {
    private static final int BYTE = 8;

    /**
     * Checks the range.
     *
     * @throws IllegalArgumentException with what to write instead
     */
    public Subnet {
        text = text.toLowerCase(Locale.ROOT);
        String[] parts = text.split("/", -1);
        int bits = parts.length == 2 && parts[1].matches("\\d{1,3}") ? Integer.parseInt(parts[1]) : -1;
        if (bits < 0 || !parts[0].matches("[0-9a-f:.]+") || bits > bytes(parts[0]).length * BYTE) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a subnet: write an address and a length, such as 10.0.0.0/8");
        }
    }

    private static byte[] bytes(String address) {
        return InetAddress.ofLiteral(address).getAddress();
    }

    /** Number of leading bits that addresses of this range share. */
    public int length() {
        return Integer.parseInt(text.substring(text.indexOf('/') + 1));
    }

    /** Whether an address, whose prefix length is ignored, is in this range. */
    public boolean contains(String address) {
        byte[] own = bytes(text.substring(0, text.indexOf('/')));
        int slash = address.indexOf('/');
        byte[] other = bytes(slash < 0 ? address : address.substring(0, slash));
        if (own.length != other.length) {
            return false;
        }
        for (int bit = 0; bit < length(); bit++) {
            int mask = 1 << (BYTE - 1 - bit % BYTE);
            if ((own[bit / BYTE] & mask) != (other[bit / BYTE] & mask)) {
                return false;
            }
        }
        return true;
    }
}
