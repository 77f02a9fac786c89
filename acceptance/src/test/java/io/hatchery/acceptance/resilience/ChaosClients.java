package io.hatchery.acceptance.resilience;

import io.hatchery.acceptance.fixture.Installation;
import io.hatchery.acceptance.fixture.ProcessResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** Two clients that command at random: curl through the gateway, and kcat to the topic itself. They note what was accepted. */
final class ChaosClients {
    private static final List<String> VERBS = List.of("start", "start", "start", "stop", "restart", "kill");

    private final Installation installation;
    private final List<String> within;
    private final List<ChaosWorkloads.Workload> animals;
    /** Ids of commands that were accepted, by what accepted them. */
    final Map<String, String> accepted = new ConcurrentHashMap<>();
    /** Versions that a PUT was accepted for; a container is not in it whose last PUT has no known end. */
    final Map<String, Integer> defined = new ConcurrentHashMap<>();

    ChaosClients(Installation installation, List<String> within, List<ChaosWorkloads.Workload> animals) {
        this.installation = installation;
        this.within = within;
        this.animals = animals;
    }

    private int curl(String method, String path, String body, String... more) {
        var command = new ArrayList<>(within);
        command.addAll(List.of("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "-m", "15", "-X", method));
        try {
            command.addAll(List.of(
                    "-H",
                    "Authorization: Bearer "
                            + Files.readString(installation.data().resolve("admin.token"))
                                    .strip()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        command.addAll(List.of(more));
        if (!body.isEmpty()) {
            command.addAll(List.of("-H", "Content-Type: application/json", "-d", body));
        }
        command.add("http://127.0.0.1:" + installation.environment().get("HATCHERY_GATEWAY_PORT") + path);
        String code = ProcessResult.toEnd(new ProcessBuilder(command)).out().strip();
        return code.isEmpty() ? 0 : Integer.parseInt(code);
    }

    /** Whether a definition was accepted. */
    boolean define(ChaosWorkloads.Workload animal, int version) {
        int last = defined.getOrDefault(animal.name(), -1);
        defined.remove(animal.name());
        int code = curl("PUT", "/v1/containers/" + animal.name(), animal.defined(version));
        boolean is = code >= 200 && code < 300;
        if (is) {
            defined.put(animal.name(), version);
        } else if (code >= 400 && code < 500) {
            defined.put(animal.name(), last);
        }
        return is;
    }

    /** Whether a command was accepted through the gateway. */
    boolean command(String verb, String container) {
        String id = "http-" + UUID.randomUUID();
        for (int attempt = 0; attempt < 2; attempt++) {
            int code = curl("POST", "/v1/containers/" + container + "/" + verb, "", "-H", "Idempotency-Key: " + id);
            if (code == 202 || code == 200) {
                accepted.put(id, verb + " " + container + " by HTTP");
                return true;
            }
        }
        return false;
    }

    private void produce(String verb, String container) {
        String id = "kcat-" + UUID.randomUUID();
        String value = "{\"command\":\"" + verb + "\",\"container\":\"" + container + "\"}\n";
        ProcessResult ran = installation.kcat(
                value.getBytes(StandardCharsets.UTF_8),
                "-P",
                "-t",
                "hatchery.host." + Installation.HOST + ".commands",
                "-k",
                container,
                "-H",
                "ce_id=" + id,
                "-X",
                "message.timeout.ms=15000",
                "-X",
                "acks=all");
        if (ran.code() == 0) {
            accepted.put(id, verb + " " + container + " by kcat");
        }
    }

    private ChaosWorkloads.Workload any(Random random) {
        return animals.get(random.nextInt(animals.size()));
    }

    /** One thing that the client of the gateway does. */
    void actByHttp(Random random, int number) {
        if (random.nextInt(6) == 0) {
            define(any(random), number);
        } else {
            command(VERBS.get(random.nextInt(VERBS.size())), any(random).name());
        }
    }

    /** One thing that the client of the topic does. */
    void actByKcat(Random random) {
        produce(VERBS.get(random.nextInt(VERBS.size())), any(random).name());
    }
}
