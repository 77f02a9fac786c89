package io.hatchery.runner.direct;

import io.hatchery.protocol.Exit;
import io.hatchery.runner.driver.RunFolder;
import io.hatchery.runner.plan.PrintableText;
import io.hatchery.runner.plan.SetupStep;
import io.hatchery.runner.process.ProcessRef;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The files in which the supervisor of a run records what happens; {@code supervise.h} of {@code hatchery-supervisor} defines them.
 *
 * <p>Runs of earlier versions have {@code shim} and {@code said} in place of {@code supervisor} and {@code last-output}.
 *
 * @param folder of the run
 */
record RunRecord(RunFolder folder) {
    private static final String CLAIM = "claim";
    private static final String BY_A_RUNNER = "runner";

    Optional<ProcessRef> supervisor() throws IOException {
        return read("supervisor", "shim").map(ProcessRef::parse);
    }

    private Optional<String> read(String name, String earlierName) throws IOException {
        Optional<String> text = folder.read(name);
        return text.isPresent() ? text : folder.read(earlierName);
    }

    Optional<ProcessRef> leader() throws IOException {
        return folder.read("leader").map(ProcessRef::parse);
    }

    boolean isReady() {
        return folder.has("ready");
    }

    Optional<Exit> exit() throws IOException {
        Optional<String> status = folder.read("exit");
        return status.isEmpty()
                ? Optional.empty()
                : Optional.of(new Exit(Integer.parseInt(status.get()), folder.writtenAt("exit")));
    }

    /**
     * Makes sure that the run never begins, if it has not.
     *
     * @return false if it has begun
     */
    boolean preventBeginning() throws IOException {
        folder.make();
        return folder.link(CLAIM, BY_A_RUNNER)
                || folder.target(CLAIM).filter(BY_A_RUNNER::equals).isPresent();
    }

    /** Notes, before the run begins, that nspawn will make a copy of its root. */
    void noteCopied(String root) throws IOException {
        folder.write("copied", root);
    }

    /** The last output of a run that exited with another status than 0; empty if none. */
    Optional<String> lastOutput() throws IOException {
        Optional<String> text = read("last-output", "said");
        return text.isEmpty()
                ? Optional.empty()
                : PrintableText.lastLines(text.get().lines().filter(line -> !line.isBlank()));
    }

    /** Notes, before the run begins, what nspawn will forward. */
    void noteForwards(List<SetupStep.RemoveForward> forwards) throws IOException {
        folder.write(
                "forwards",
                forwards.stream()
                        .map(forward -> forward.protocol() + " " + forward.port())
                        .collect(Collectors.joining("\n")));
    }

    /** What nspawn may have forwarded. */
    List<SetupStep.RemoveForward> forwards() throws IOException {
        return folder.read("forwards").stream()
                .flatMap(String::lines)
                .map(line -> line.split(" ", 2))
                .map(words -> new SetupStep.RemoveForward(words[0], Integer.parseInt(words[1])))
                .toList();
    }

    /** The root that nspawn made a copy of; empty if it runs from its root itself. */
    Optional<String> copied() throws IOException {
        return folder.read("copied");
    }
}
