package io.hatchery.acceptance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** A network namespace with loopback alone, which is gone at the end with all that is in it. */
final class TestNetwork implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String name = "hn-" + UUID.randomUUID().toString().substring(0, 6);

    TestNetwork() {
        ProcessResult.toEnd(new ProcessBuilder("ip", "netns", "add", name)).orFail();
        run("ip", "link", "set", "lo", "up").orFail();
    }

    String path() {
        return "/run/netns/" + name;
    }

    /** What begins a program in this namespace; its mounts stay those of the host, unlike with ip-netns(8). */
    List<String> within() {
        return List.of("nsenter", "--net=" + path());
    }

    /** Runs a program in it to its end. */
    ProcessResult run(String... command) {
        var all = new ArrayList<>(within());
        all.addAll(List.of(command));
        return ProcessResult.toEnd(new ProcessBuilder(all));
    }

    /** The names of the interfaces in it. */
    List<String> interfaces() {
        try {
            var names = new ArrayList<String>();
            for (JsonNode link : JSON.readTree(run("ip", "-j", "link").orFail().out())) {
                names.add(link.path("ifname").asText());
            }
            return names;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        ProcessResult.toEnd(new ProcessBuilder("ip", "netns", "delete", name)).orFail();
    }
}
