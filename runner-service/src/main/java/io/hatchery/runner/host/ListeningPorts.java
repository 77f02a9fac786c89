package io.hatchery.runner.host;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The ports at which programs of this host listen, as proc_pid_net(5) has them.
 *
 * @param ports each as {@code protocol:port}
 */
record ListeningPorts(Set<String> ports) {
    private static final Path NET = Path.of("/proc/self/net");
    private static final int ADDRESS = 1;
    private static final int STATE = 3;
    private static final int HEX = 16;
    /** TCP_LISTEN, and for UDP a socket without a peer: include/net/tcp_states.h. */
    private static final String TCP_LISTEN = "0A";

    private static final String UDP_UNCONNECTED = "07";

    static ListeningPorts read() {
        var ports = new HashSet<String>();
        add("tcp", TCP_LISTEN, ports);
        add("udp", UDP_UNCONNECTED, ports);
        return new ListeningPorts(ports);
    }

    private static void add(String protocol, String state, Set<String> ports) {
        for (String name : new String[] {protocol, protocol + "6"}) {
            Path file = NET.resolve(name);
            if (!Files.exists(file)) {
                continue; // a kernel without IPv6
            }
            try (Stream<String> lines = Files.lines(file)) {
                lines.skip(1).forEach(line -> add(protocol, state, line, ports));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    static void add(String protocol, String state, String line, Set<String> ports) {
        String[] words = line.strip().split("\\s+");
        if (words.length > STATE && words[STATE].equals(state)) {
            String address = words[ADDRESS];
            ports.add(protocol + ":" + Integer.parseInt(address.substring(address.indexOf(':') + 1), HEX));
        }
    }

    boolean has(String protocol, int port) {
        return ports.contains(protocol + ":" + port);
    }
}
