package io.hatchery.acceptance;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** A network namespace with loopback alone, in which what one process sends to the broker can be dropped. */
final class ChaosNetwork implements AutoCloseable {
    /** The effective group of the runner, so that its packets can be told from others. Its real group stays root: prlimit(2). */
    private static final String RUNNER_GROUP = "4242";

    private final String name = "hc-" + UUID.randomUUID().toString().substring(0, 6);

    ChaosNetwork() {
        run("ip", "netns", "add", name);
        inside("ip", "link", "set", "lo", "up");
    }

    private static void run(String... command) {
        Ran.toEnd(new ProcessBuilder(command)).orFail();
    }

    private void inside(String... command) {
        Ran.toEnd(new ProcessBuilder(withinAnd(command))).orFail();
    }

    private List<String> withinAnd(String... command) {
        var all = new ArrayList<>(within());
        all.addAll(List.of(command));
        return all;
    }

    /** What begins a program in this namespace; its mounts stay those of the host, unlike with ip-netns(8). */
    List<String> within() {
        return List.of("nsenter", "--net=/run/netns/" + name);
    }

    /** What begins a runner. */
    static List<String> aroundRunner() {
        return List.of("setpriv", "--egid=" + RUNNER_GROUP, "--clear-groups");
    }

    /** Drops, or no longer drops, what the runner sends to that port. */
    void dropRunnerTo(String port, boolean drops) {
        inside(
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
                "DROP");
    }

    @Override
    public void close() {
        run("ip", "netns", "delete", name);
    }
}
