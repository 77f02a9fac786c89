package io.hatchery.spec.policy;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Comparisons of absolute paths of a host, as text: links are resolved before. */
final class HostPath {
    /** What no container below level privileged may see: the kernel's interfaces, sockets, configuration and Nix's own state. */
    static final List<String> NEVER_BOUND = List.of(
            "/proc", "/sys", "/dev", "/run", "/var/run", "/etc", "/boot", "/root", "/nix/var", "/var/lib/hatchery");

    private HostPath() {}

    /**
     * The path without empty parts and dots.
     *
     * @throws IllegalArgumentException if it is not absolute or has {@code ..}
     */
    static String absolute(String path) {
        if (!path.startsWith("/") || path.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("'" + path + "' is no absolute path: write it from / on");
        }
        List<String> parts = Stream.of(path.split("/"))
                .filter(part -> !part.isEmpty() && !part.equals("."))
                .toList();
        if (parts.contains("..")) {
            throw new IllegalArgumentException("'" + path + "' has '..': write the folder that it leads to");
        }
        return parts.stream().map(part -> "/" + part).collect(Collectors.joining("", "", parts.isEmpty() ? "/" : ""));
    }

    /** Whether a path is a folder or is in it. */
    static boolean isWithin(String path, String folder) {
        return folder.equals("/") || path.equals(folder) || path.startsWith(folder + "/");
    }

    /** Whether a path is in a folder and not the folder itself. */
    static boolean isBelow(String path, String folder) {
        return !path.equals(folder) && isWithin(path, folder);
    }

    /** Whether one of two paths equals or contains the other. */
    static boolean overlap(String one, String other) {
        return isWithin(one, other) || isWithin(other, one);
    }

    private static void requireApart(String path, String folder) {
        if (overlap(path, folder)) {
            throw new IllegalArgumentException("'" + path + "' cannot be allowed, because "
                    + (path.equals(folder) ? "it" : folder)
                    + " lets a container reach the host: give the container an exception with level privileged");
        }
    }

    static void requireBindable(String path) {
        NEVER_BOUND.forEach(never -> requireApart(path, never));
    }
}
