import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The client side of bench/start-latency. */
final class StartLatency {
    private static final int WARM_UP = 3;

    private final HttpClient http = HttpClient.newHttpClient();
    private final BlockingQueue<String> phases = new LinkedBlockingQueue<>();
    private final String base;
    private final String token;

    private StartLatency(String base, String token) {
        this.base = base;
        this.token = token;
    }

    public static void main(String[] arguments) throws Exception {
        String root = arguments[0];
        var bench = new StartLatency(arguments[1], Files.readString(Path.of(arguments[2])).strip());
        int rounds = Integer.parseInt(arguments[4]);
        bench.prepare(root);
        var rawStarts = new ArrayList<Double>();
        var rawStops = new ArrayList<Double>();
        var starts = new ArrayList<Double>();
        var stops = new ArrayList<Double>();
        for (int round = -WARM_UP; round < rounds; round++) {
            double[] raw = raw(arguments[3], root);
            double start = bench.time("start", "running");
            double stop = bench.time("stop", "stopped");
            if (round >= 0) {
                rawStarts.add(raw[0]);
                rawStops.add(raw[1]);
                starts.add(start);
                stops.add(stop);
            }
            System.out.printf("%d/%d: raw %.0f and %.0f ms, Hatchery %.0f and %.0f ms%n",
                    round + 1, rounds, raw[0], raw[1], start, stop);
        }
        System.out.println();
        report("start", rawStarts, starts);
        report("stop", rawStops, stops);
        System.exit(0);
    }

    private static void report(String what, List<Double> raw, List<Double> ours) {
        System.out.printf("%-5s  raw median %6.1f ms p99 %6.1f ms   Hatchery median %6.1f ms p99 %6.1f ms   ratio of medians %.3f%n",
                what, at(raw, 0.5), at(raw, 0.99), at(ours, 0.5), at(ours, 0.99), at(ours, 0.5) / at(raw, 0.5));
    }

    private static double at(List<Double> values, double part) {
        var sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        return sorted.get((int) Math.ceil(part * sorted.size()) - 1);
    }

    private static double[] raw(String program, String root) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(program, root, "raw").redirectError(ProcessBuilder.Redirect.INHERIT).start();
        List<String> said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        if (process.waitFor() != 0) {
            throw new IOException(program + " failed");
        }
        return new double[] {millis(said.get(0), "ready "), millis(said.get(1), "ended ")};
    }

    private static double millis(String line, String word) {
        return Double.parseDouble(line.substring(word.length()));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(base + path)).header("Authorization", "Bearer " + token);
    }

    private void prepare(String root) throws Exception {
        String definition = "{\"root\": \"" + root + "\", \"boot\": true}";
        var put = request("/v1/containers/bench").header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString(definition)).build();
        var answer = http.send(put, BodyHandlers.ofString());
        if (answer.statusCode() != 201) {
            throw new IOException(answer.body());
        }
        http.newWebSocketBuilder().header("Authorization", "Bearer " + token)
                .buildAsync(URI.create(base.replace("http", "ws") + "/v1/stream?container=bench"), new Listener()).join();
        await("stopped");
    }

    private double time(String verb, String phase) throws Exception {
        phases.clear();
        long begun = System.nanoTime();
        var post = request("/v1/containers/bench/" + verb).POST(BodyPublishers.noBody()).build();
        http.sendAsync(post, BodyHandlers.discarding());
        await(phase);
        return (System.nanoTime() - begun) / 1e6;
    }

    private void await(String phase) throws Exception {
        for (String seen = ""; !phase.equals(seen); ) {
            seen = phases.poll(60, TimeUnit.SECONDS);
            if (seen == null) {
                throw new IOException("it does not get " + phase);
            }
        }
    }

    /** Puts the phases of every status that is told into the queue. */
    private final class Listener implements WebSocket.Listener {
        private static final ObjectMapper JSON = new ObjectMapper();
        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                try {
                    JsonNode message = JSON.readTree(text.toString());
                    message.path("containers").forEach(c -> phases.add(c.at("/status/phase").asText()));
                    if (message.at("/status/phase").isTextual()) {
                        phases.add(message.at("/status/phase").asText());
                    }
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
                text.setLength(0);
            }
            socket.request(1);
            return null;
        }
    }
}
