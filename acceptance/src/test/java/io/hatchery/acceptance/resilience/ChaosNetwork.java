package io.hatchery.acceptance.resilience;

import io.hatchery.acceptance.fixture.TestNetwork;
import java.util.List;

/** A network namespace with loopback alone, in which what one process sends to the broker can be dropped. */
final class ChaosNetwork implements AutoCloseable {
    /** The effective group of the runner, so that its packets can be told from others. Its real group stays root: prlimit(2). */
    private static final String RUNNER_GROUP = "4242";

    private final TestNetwork network = new TestNetwork();

    /** What begins a program in this namespace. */
    List<String> within() {
        return network.within();
    }

    /** What begins a runner. */
    static List<String> aroundRunner() {
        return List.of("setpriv", "--egid=" + RUNNER_GROUP, "--clear-groups");
    }

    /** Drops, or no longer drops, what the runner sends to that port. */
    void dropRunnerTo(String port, boolean drops) {
        network.run(
                        "iptables",
                        drops ? "-A" : "-D",
                        "OUTPUT",
                        "-p",
                        "tcp",
                        "--dport",
                        port,
                        "-m",
                        "owner",
                        "--gid-owner",
                        RUNNER_GROUP,
                        "-j",
                        "DROP")
                .orFail();
    }

    @Override
    public void close() {
        network.close();
    }
}
