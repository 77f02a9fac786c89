package io.hatchery.runner.nspawn;

import io.hatchery.protocol.Exit;
import io.hatchery.runner.process.ProcessRef;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What the shim of a run writes down; {@code supervise.h} of {@code hatchery-supervisor} says what each file means.
 *
 * @param folder where it does so
 */
record RunDirectory(RunFolder folder) {
    private static final String CLAIM = "claim";
    private static final String BY_A_RUNNER = "runner";

    Optional<ProcessRef> shim() throws IOException {
        return folder.read("shim").map(ProcessRef::parse);
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

    /** What a run said last that ended badly; empty if nothing. */
    Optional<String> said() throws IOException {
        Optional<String> text = folder.read("said");
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
