package io.hatchery.runner.host;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** The networks that this host reaches other than through its containers, from proc_pid_net(5). */
final class HostRoutes {
    private static final Path NET = Path.of("/proc/self/net");
    private static final Path INTERFACES = Path.of("/sys/class/net");
    private static final int DESTINATION = 1;
    private static final int MASK = 7;
    private static final int COLUMNS4 = 8;
    private static final int DEVICE6 = 9;
    private static final int HEX = 16;

    private HostRoutes() {}

    /** Each as {@code address/length}. */
    static List<String> read() {
        var routes = new ArrayList<String>();
        lines("route").stream()
                .skip(1)
                .map(HostRoutes::route4)
                .flatMap(Optional::stream)
                .forEach(routes::add);
        lines("ipv6_route").stream()
                .map(HostRoutes::route6)
                .flatMap(Optional::stream)
                .forEach(routes::add);
        return routes;
    }

    private static List<String> lines(String name) {
        Path file = NET.resolve(name);
        try {
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A line of {@code route}: addresses are numbers in the byte order of the machine, which is the reverse here. */
    static Optional<String> route4(String line) {
        String[] words = line.strip().split("\\s+");
        if (words.length < COLUMNS4 || isOfContainer(words[0])) {
            return Optional.empty();
        }
        byte[] address = HexFormat.of().parseHex(words[DESTINATION]);
        byte[] reversed = {address[3], address[2], address[1], address[0]};
        int length = Integer.bitCount(Integer.parseUnsignedInt(words[MASK], HEX));
        return Optional.of(text(reversed) + "/" + length);
    }

    /** A line of {@code ipv6_route}; multicast and link-local networks are on every interface. */
    static Optional<String> route6(String line) {
        String[] words = line.strip().split("\\s+");
        if (words.length <= DEVICE6
                || words[0].startsWith("ff")
                || words[0].startsWith("fe80")
                || isOfContainer(words[DEVICE6])) {
            return Optional.empty();
        }
        return Optional.of(text(HexFormat.of().parseHex(words[0])) + "/" + Integer.parseInt(words[1], HEX));
    }

    private static String text(byte[] address) {
        try {
            return InetAddress.getByAddress(address).getHostAddress();
        } catch (UnknownHostException e) {
            throw new IllegalStateException("the kernel writes addresses of 4 or 16 bytes", e);
        }
    }

    /** Loopback has the host's own addresses, and Hatchery marks the host's side of each container's interfaces. */
    private static boolean isOfContainer(String device) {
        if (device.equals("lo") || device.startsWith("ve-") || device.startsWith("vb-")) {
            return true;
        }
        try {
            return Files.readString(INTERFACES.resolve(device).resolve("ifalias"))
                    .startsWith("hatchery:");
        } catch (IOException e) {
            return false; // it has gone, or has no alias
        }
    }
}
