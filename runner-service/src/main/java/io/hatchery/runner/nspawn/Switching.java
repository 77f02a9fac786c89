package io.hatchery.runner.nspawn;

import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Payload;
import java.io.File;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Switches a NixOS system that runs in a container to another one, as {@code nixos-rebuild test} does on a host. */
public final class Switching {
    private static final String PATH =
            "/run/current-system/sw/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private Switching() {}

    /**
     * What is run inside.
     *
     * @param system the path of the system, inside
     */
    public static List<String> command(String system) {
        return List.of(system + "/bin/switch-to-configuration", "test");
    }

    /** Runs it in the namespaces of the container's init, for no longer than its start may take. */
    static void run(ContainerSpec spec, long leader) throws IOException {
        if (!(HostPlans.resolved(spec).payload() instanceof Payload.SystemPath(String system))) {
            throw new IOException("path: there is none to switch to");
        }
        Path said = Files.createTempFile("hatchery-switch-", ".log");
        try {
            var builder = new ProcessBuilder("/usr/bin/nsenter", "-t", Long.toString(leader), "-a");
            builder.command().addAll(command(system));
            builder.directory(new File("/"))
                    .redirectErrorStream(true)
                    .redirectInput(new File("/dev/null"))
                    .redirectOutput(said.toFile());
            builder.environment().clear();
            builder.environment().put("PATH", PATH);
            builder.environment().put("HOME", "/root");
            await(builder.start(), spec, said);
        } finally {
            Files.delete(said);
        }
    }

    private static void await(Process process, ContainerSpec spec, Path said) throws IOException {
        try {
            if (spec.startTimeout().isInfinite()) {
                int _ = process.waitFor();
            } else if (!process.waitFor(spec.startTimeout().toDuration().toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                throw new IOException(
                        "switch-to-configuration does not end within the startTimeout of " + spec.startTimeout());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while it was switched");
        }
        if (process.exitValue() != 0) {
            List<String> lines = Files.readAllLines(said);
            throw new IOException("switch-to-configuration ended with status " + process.exitValue()
                    + (lines.isEmpty() ? "" : ": " + lines.getLast()));
        }
    }
}
