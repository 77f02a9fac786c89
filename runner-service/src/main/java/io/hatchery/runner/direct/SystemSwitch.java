package io.hatchery.runner.direct;

import io.hatchery.runner.host.SupervisorProgram;
import io.hatchery.runner.plan.SwitchCommand;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Payload;
import java.io.File;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.TimeUnit;

/** Switches a NixOS system that runs in a container to another one, as {@code nixos-rebuild test} does on a host. */
final class SystemSwitch {
    private static final int PATIENCE_SECONDS = 5;

    private SystemSwitch() {}

    /** Runs it with the rights of the container's init, for no longer than its start may take. */
    static void run(ContainerSpec spec, SupervisorProgram supervisor, long leader) throws IOException {
        if (!(spec.payload() instanceof Payload.SystemPath(String system))) {
            throw new IOException("path: there is none to switch to");
        }
        var builder = new ProcessBuilder(supervisor.enter(leader, SwitchCommand.of(system)))
                .directory(new File("/"))
                .redirectErrorStream(true)
                .redirectInput(new File("/dev/null"));
        builder.environment().clear();
        Process process = builder.start();
        var output = OutputTail.of(process.getInputStream());
        try {
            await(process, spec, output);
        } finally {
            process.destroyForcibly();
        }
    }

    private static void await(Process process, ContainerSpec spec, OutputTail output) throws IOException {
        try {
            if (spec.startTimeout().isInfinite()) {
                int _ = process.waitFor();
            } else if (!process.waitFor(spec.startTimeout().toDuration().toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroy(); // it kills what it runs
                boolean _ = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
                throw new IOException(
                        "switch-to-configuration does not end within the startTimeout of " + spec.startTimeout());
            }
            if (process.exitValue() != 0) {
                String last = output.lastLine(PATIENCE_SECONDS);
                throw new IOException("switch-to-configuration ended with status " + process.exitValue()
                        + (last.isEmpty() ? "" : ": " + last));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while it was switched");
        }
    }
}
