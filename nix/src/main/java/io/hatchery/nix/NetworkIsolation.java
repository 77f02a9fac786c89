package io.hatchery.nix;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How a program runs in a network namespace of its own, in which there is no network. Sockets that have a path, such as that of Nix's
 * daemon, are still reached.
 *
 * @param prefix the words before the program; empty if this host does not allow such namespaces
 * @param reason why it does not, null if it does
 */
public record NetworkIsolation(
        List<String> prefix, @Nullable String reason) {
    private static final int PROBE_SECONDS = 10;

    /** Copies the words. */
    public NetworkIsolation {
        prefix = List.copyOf(prefix);
    }

    /** Tries what this process may do: as root a namespace of the network alone, else one within a namespace of users. */
    public static NetworkIsolation probe() throws IOException {
        boolean root = Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
        List<String> prefix = root
                ? List.of("unshare", "--net", "--")
                : List.of("unshare", "--user", "--map-current-user", "--net", "--");
        var probe = new ArrayList<>(prefix);
        probe.add("true");
        try {
            Process process = new ProcessBuilder(probe)
                    .redirectInput(new File("/dev/null"))
                    .redirectErrorStream(true)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(PROBE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return new NetworkIsolation(List.of(), "unshare did not end");
            }
            return process.exitValue() == 0
                    ? new NetworkIsolation(prefix, null)
                    : new NetworkIsolation(List.of(), output.strip());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while trying unshare", e);
        }
    }
}
