package io.hatchery.runner.host;

import io.hatchery.runner.plan.SetupStep;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.regex.Pattern;

/** The network interfaces of this host, as ip-link(8) shows and removes them. */
final class InterfaceChecks {
    private static final Pattern VETH = Pattern.compile("(?m)^\\s+veth\\b");
    /** The kernel removes the pairs of a dead network namespace a little after its last process. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final Duration PAUSE = Duration.ofMillis(50);

    private InterfaceChecks() {}

    /**
     * Removes an interface that an earlier run has left, or does nothing if there is none of that name.
     *
     * @throws IOException if one of that name stays that Hatchery did not make for the container
     */
    static void remove(SetupStep.RemoveInterface step) throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            HostProgram.ProgramResult shown = HostProgram.answer("ip", "-d", "link", "show", "dev", step.name());
            if (shown.status() != 0) {
                return;
            }
            if (isMadeFor(shown.output(), step.alias())) {
                delete(step.name());
                return;
            }
            if (System.nanoTime() > deadline) {
                throw new IOException("the interface " + step.name() + " is there already and is not of this container:"
                        + " its alias is not " + step.alias() + "; rename it, or remove it with: ip link delete dev "
                        + step.name());
            }
            pause();
        }
    }

    /** Whether ip-link(8), asked for details, shows a veth interface with exactly that alias. */
    static boolean isMadeFor(String shown, String alias) {
        return VETH.matcher(shown).find() && shown.lines().anyMatch(line -> line.equals("    alias " + alias));
    }

    private static void delete(String name) throws IOException {
        HostProgram.ProgramResult deleted = HostProgram.answer("ip", "link", "delete", "dev", name);
        boolean isGone = deleted.status() == 0 || HostProgram.status("ip", "link", "show", "dev", name) != 0;
        if (!isGone) {
            throw new IOException("the interface " + name + " that an earlier run has left cannot be removed: "
                    + deleted.output().strip());
        }
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while an interface was removed");
        }
    }
}
