import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntFunction;

/** Measures a gateway over HTTP and its stream. */
final class FleetGateway {
    private static final int REQUESTS = 300;
    private static final int WARM_UP = 20;
    private static final Duration LONGEST_SERIES = Duration.ofSeconds(20);
    private static final int WATCHERS = 1_000;
    private static final int CONNECTING_AT_ONCE = 50;
    private static final int PEEK = 200;

    private final FleetServices services;
    private final FleetTable table;
    private final Fleet.Options options;
    private final long records;
    private final FleetRunners runners;
    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private String token = "";

    FleetGateway(FleetServices services, FleetTable table, Fleet.Options options, long records, FleetRunners runners) {
        this.services = services;
        this.table = table;
        this.options = options;
        this.records = records;
        this.runners = runners;
    }

    void measure() throws Exception {
        var service = services.start("gateway");
        try {
            double first = awaitServing(service);
            table.add("gateway first start", String.format("%.1f s", first));
            table.atLeast("gateway first fold", records / first, 40_000, "records/s");
            token = services.token();
            table.atMost("gateway resident after the first fold", services.resident(service), 400, "MB");
            pages();
            scopedPages();
            single();
            metrics();
            snapshot();
            watchers();
            if (runners.isRunning()) {
                commands();
            }
            table.atMost("gateway resident at the end", services.resident(service), 400, "MB");
            services.kill(service);
            service = services.start("gateway");
            table.atMost("gateway restart ready", awaitServing(service), 5, "s");
        } finally {
            services.kill(service);
        }
    }

    private double awaitServing(FleetServices.Service service) throws Exception {
        boolean isServing = services.await(() -> {
            if (!service.process().isAlive()) {
                return true;
            }
            try {
                var request = HttpRequest.newBuilder(URI.create("http://" + services.gateway() + "/readyz")).timeout(Duration.ofSeconds(5));
                return http.send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
            } catch (java.io.IOException e) {
                return false;
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        if (!isServing || !service.process().isAlive()) {
            table.failed("gateway start", "not ready after " + Math.round(service.seconds()) + " s", "");
            throw new IllegalStateException("the gateway is not ready: see its log");
        }
        return service.seconds();
    }

    private void pages() throws Exception {
        String prefix = "/v1/containers?limit=50";
        series("list page, no filter", 10, i -> prefix);
        series("list page, host", 10, i -> prefix + "&host=" + FleetRecords.host(i % options.hosts()));
        series("list page, phase=failed", 10, i -> prefix + "&phase=failed");
        series("list page, one label", 10, i -> prefix + "&selector=tier%3Dweb");
        series("list page, two labels", 10, i -> prefix + "&selector=tier%3Ddb%2Cenv%3Ddev");
        series("list page, label and phase", 10, i -> prefix + "&selector=app%3Dapp-" + i % 500 + "&phase=running");
        String cursor = "";
        String path = "/v1/containers?limit=1000";
        for (int i = 0; i < 5; i++) {
            var next = java.util.regex.Pattern.compile("\"next\"\\s*:\\s*\"([^\"]+)\"").matcher(get(path + cursor));
            if (!next.find()) {
                return;
            }
            cursor = "&cursor=" + java.net.URLEncoder.encode(next.group(1), java.nio.charset.StandardCharsets.UTF_8);
        }
        String last = cursor;
        series("list page, sixth thousand", 10, i -> prefix + last);
    }

    /** The pages of tokens with a scope: the scope is a condition of the same query, and viewers get values hidden. */
    private void scopedPages() throws Exception {
        String administrator = token;
        String path = "/v1/containers?limit=50";
        for (String role : List.of("operator", "viewer")) {
            as(administrator, role, "tier=web", List.of());
            series("list page, " + role + " of tier=web", 10, i -> path);
            series("counts, " + role + " of tier=web", 1_000, i -> "/v1/container-counts");
        }
        as(administrator, "operator", "", List.of(FleetRecords.host(0), FleetRecords.host(1)));
        series("list page, operator of two hosts", 10, i -> path);
        as(administrator, "operator", "tier=db,env=dev", List.of(FleetRecords.host(0)));
        series("list page, operator of two labels on a host", 10, i -> path + "&phase=running");
        token = administrator;
    }

    /** Sends requests with a new token from now on. */
    private void as(String administrator, String role, String selector, List<String> hosts) throws Exception {
        String name = role + "-" + System.nanoTime();
        String body = "{\"name\": \"" + name + "\", \"role\": \"" + role + "\", \"selector\": \"" + selector + "\", \"hosts\": ["
                + hosts.stream().map(host -> "\"" + host + "\"").collect(java.util.stream.Collectors.joining(",")) + "]}";
        var request = HttpRequest.newBuilder(URI.create("http://" + services.gateway() + "/v1/tokens"))
                .header("Authorization", "Bearer " + administrator)
                .POST(HttpRequest.BodyPublishers.ofString(body));
        String answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString()).body();
        var secret = java.util.regex.Pattern.compile("\"secret\"\\s*:\\s*\"([^\"]+)\"").matcher(answer);
        if (!secret.find()) {
            throw new IllegalStateException("no token was created: " + answer);
        }
        token = secret.group(1);
    }

    private void single() throws Exception {
        var random = new Random(3);
        series("GET of one container", 5, i -> "/v1/containers/" + FleetRecords.name(random.nextInt(options.containers())));
    }

    private void metrics() throws Exception {
        series("/metrics", 50, i -> "/metrics");
    }

    /** Sends one request after the other and adds the 50th and the 99th percentile. */
    private void series(String what, double limitMillis, IntFunction<String> path) throws Exception {
        long until = System.nanoTime() + LONGEST_SERIES.toNanos();
        var millis = new ArrayList<Double>();
        for (int i = -WARM_UP; i < REQUESTS && (millis.isEmpty() || System.nanoTime() < until); i++) {
            long begun = System.nanoTime();
            get(path.apply(i + WARM_UP));
            // What a slow gateway answers while it warms up counts, since there is nothing else then.
            if (i >= 0 || System.nanoTime() >= until) {
                millis.add((System.nanoTime() - begun) / 1e6);
            }
        }
        double[] sorted = millis.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        table.atMost(what + ", p50", percentile(sorted, 50), limitMillis, "ms");
        table.atMost(what + ", p99", percentile(sorted, 99), limitMillis, "ms");
    }

    static double percentile(double[] sorted, int percent) {
        return sorted[Math.min(sorted.length - 1, (int) Math.ceil(sorted.length * percent / 100.0) - 1)];
    }

    private String get(String path) throws Exception {
        return send(HttpRequest.newBuilder(URI.create("http://" + services.gateway() + path)));
    }

    private String send(HttpRequest.Builder request) throws Exception {
        var answer = http.send(
                request.header("Authorization", "Bearer " + token).timeout(services.patience()).build(), HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() / 100 != 2) {
            throw new IllegalStateException(answer.uri() + " answers " + answer.statusCode() + ": " + answer.body());
        }
        return answer.body();
    }

    private void snapshot() throws Exception {
        var isDone = new AtomicBoolean();
        var waits = new ArrayList<Double>();
        Thread probe = Thread.ofPlatform().daemon().start(() -> {
            try {
                while (!isDone.get()) {
                    long begun = System.nanoTime();
                    get("/healthz");
                    waits.add((System.nanoTime() - begun) / 1e6);
                    Thread.sleep(2);
                }
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        var watcher = new Watcher();
        long begun = System.nanoTime();
        WebSocket socket = connect("", watcher).join();
        boolean isSynced = watcher.synced.await(services.patience().toMillis(), TimeUnit.MILLISECONDS);
        isDone.set(true);
        probe.join();
        socket.abort();
        if (!isSynced) {
            table.failed("stream snapshot", "not complete after " + services.patience().toSeconds() + " s", "");
            return;
        }
        table.atMost("stream snapshot, first page", (watcher.firstAt - begun) / 1e6, 100, "ms");
        table.add("stream snapshot, all", String.format("%.2f s, %,d MB", (watcher.syncedAt - begun) / 1e9, watcher.characters >> 20));
        table.atMost("longest /healthz meanwhile", waits.stream().mapToDouble(Double::doubleValue).max().orElse(0), 20, "ms");
    }

    private CompletableFuture<WebSocket> connect(String query, Watcher watcher) {
        return http.newWebSocketBuilder()
                .header("Authorization", "Bearer " + token)
                .buildAsync(URI.create("ws://" + services.gateway() + "/v1/stream" + query), watcher);
    }

    /** Notes when the first message and when "synced" came. */
    private static final class Watcher implements WebSocket.Listener {
        private final StringBuilder begin = new StringBuilder();
        private final CountDownLatch synced = new CountDownLatch(1);
        private volatile long firstAt;
        private volatile long syncedAt;
        private volatile long characters;

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            if (begin.length() < PEEK) {
                begin.append(data, 0, Math.min(data.length(), PEEK));
            }
            characters += data.length();
            if (last) {
                if (firstAt == 0) {
                    firstAt = System.nanoTime();
                }
                if (begin.indexOf("\"type\":\"synced\"") >= 0) {
                    syncedAt = System.nanoTime();
                    synced.countDown();
                }
                begin.setLength(0);
            }
            socket.request(1);
            return null;
        }
    }

    private void watchers() throws Exception {
        int count = Math.min(WATCHERS, options.containers());
        var synced = new ArrayList<CountDownLatch>();
        var failures = new java.util.concurrent.ConcurrentLinkedQueue<Throwable>();
        List<WebSocket> sockets = java.util.Collections.synchronizedList(new ArrayList<>());
        var connecting = new Semaphore(CONNECTING_AT_ONCE);
        long begun = System.nanoTime();
        long until = begun + services.patience().toNanos();
        for (int i = 0; i < count; i++) {
            if (!connecting.tryAcquire(until - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                break;
            }
            var watcher = new Watcher();
            synced.add(watcher.synced);
            connect("?container=" + FleetRecords.name(i), watcher).whenComplete((socket, e) -> {
                connecting.release();
                if (socket != null) {
                    sockets.add(socket);
                } else {
                    failures.add(e);
                }
            });
        }
        boolean _ = services.await(() -> synced.stream().filter(latch -> latch.getCount() == 0).count() + failures.size() >= count);
        long done = synced.stream().filter(latch -> latch.getCount() == 0).count();
        double seconds = (System.nanoTime() - begun) / 1e9;
        String what = count + " watchers of one container each";
        if (done < count) {
            table.failed(what, String.format("%d in %.0f s%s", done, seconds, failures.isEmpty() ? "" : ", " + failures.size() + " failed: " + failures.peek()), "≤ 5 s");
        } else {
            table.atMost(what, seconds, 5, "s");
        }
        List.copyOf(sockets).forEach(WebSocket::abort);
    }

    /** Commands from the request to the outcome, whose runner ends them at once. */
    private void commands() throws Exception {
        var millis = new double[100];
        for (int i = 0; i < millis.length; i++) {
            String verb = i % 2 == 0 ? "/stop" : "/start";
            long begun = System.nanoTime();
            send(HttpRequest.newBuilder(URI.create("http://" + services.gateway() + "/v1/containers/" + FleetRecords.name(i / 2) + verb + "?wait=30s"))
                    .POST(HttpRequest.BodyPublishers.noBody()));
            millis[i] = (System.nanoTime() - begun) / 1e6;
        }
        Arrays.sort(millis);
        table.add("command to outcome", String.format("p50 %.0f ms, p99 %.0f ms", percentile(millis, 50), percentile(millis, 99)));
    }
}
