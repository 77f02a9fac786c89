package io.hatchery.acceptance.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hatchery.acceptance.fixture.HostState;
import io.hatchery.acceptance.fixture.Installation;
import io.hatchery.acceptance.fixture.ProcessResult;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Runs every command of docs/tutorial.md in its order and compares the output. In an expected line, {@code …} stands for any text.
 * A {@code sh terminal} block stays in the foreground of a terminal of its own; a {@code sh fails} block has an exit code other than 0.
 */
class TutorialTest {
    private static final Pattern BLOCK =
            Pattern.compile("^```(sh|sh terminal|sh fails|text)\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

    private final Installation installation = Installation.create();
    private final Path secondRuntime = Path.of(installation.runtime() + "b");
    private final Path folder = installation.data().getParent();
    private final List<Process> terminals = new ArrayList<>();

    /** A block of commands and the lines of output that follow it; none if the tutorial shows none. */
    private record CommandBlock(String kind, String script, List<String> expected) {}

    @BeforeEach
    void makeFolder() throws IOException {
        Files.createSymbolicLink(folder.resolve("hatchery"), Installation.REPOSITORY.resolve("hatchery"));
        Files.createSymbolicLink(folder.resolve(".hatchery"), installation.data());
        ProcessResult.toEnd(new ProcessBuilder(
                        "mkdir", "-m", "700", installation.data().toString()))
                .orFail();
    }

    @AfterEach
    void stop() {
        for (Process terminal : terminals) {
            terminal.descendants().forEach(ProcessHandle::destroyForcibly);
            terminal.destroyForcibly().onExit().join();
        }
        HostState.containersOf(secondRuntime).forEach(HostState::destroy);
        HostState.unmountBelow(secondRuntime);
        HostState.delete(secondRuntime);
        installation.close();
    }

    private static List<CommandBlock> blocks() throws IOException {
        var blocks = new ArrayList<CommandBlock>();
        Matcher matcher = BLOCK.matcher(Files.readString(Installation.REPOSITORY.resolve("docs/tutorial.md")));
        while (matcher.find()) {
            if (matcher.group(1).equals("text")) {
                CommandBlock last = blocks.removeLast();
                blocks.add(new CommandBlock(
                        last.kind, last.script, matcher.group(2).lines().toList()));
            } else {
                blocks.add(new CommandBlock(matcher.group(1), matcher.group(2), List.of()));
            }
        }
        return blocks;
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** The build has been made, and ports and folders may be in use on this machine: the test has its own. */
    private String adapted(String script, int port) {
        return script.replace("./up", "./hatchery up")
                .replace(":8080", ":" + port)
                .replace("/run/hatchery-second", secondRuntime.toString());
    }

    private ProcessBuilder shell(String script) {
        var builder = new ProcessBuilder("bash", "-euc", script).directory(folder.toFile());
        builder.environment().putAll(installation.environment());
        return builder;
    }

    private static void assertShows(CommandBlock block, String output) {
        for (String line : block.expected) {
            String expression =
                    Arrays.stream(line.split("…", -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
            assertThat(output).as("%s%s", block.script, output).containsPattern(expression);
        }
    }

    @Test
    void everyCommandOfTheTutorialWorks() throws Exception {
        int port = freePort();
        List<CommandBlock> blocks = blocks();
        assertThat(blocks).hasSizeGreaterThan(10);
        for (CommandBlock block : blocks) {
            String script = adapted(block.script, port);
            if (block.kind.equals("sh terminal")) {
                openTerminal(block, script);
                continue;
            }
            ProcessResult result = ProcessResult.toEnd(shell(script));
            if (block.kind.equals("sh fails")) {
                assertThat(result.code()).as(script).isNotZero();
            } else {
                assertThat(result.code())
                        .as("%s%s%s", script, result.out(), result.err())
                        .isZero();
            }
            assertShows(block, result.out() + result.err());
        }
        assertThat(folder.resolve("tutorial")).doesNotExist();
    }

    private void openTerminal(CommandBlock block, String script) throws IOException {
        Path output = folder.resolve("terminal" + terminals.size() + ".log");
        terminals.add(shell(script)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start());
        await().atMost(Duration.ofMinutes(2)).untilAsserted(() -> assertShows(block, Files.readString(output)));
    }
}
