package io.hatchery.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.gateway.access.Permissions;
import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.EvaluationBuilder;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.Generation;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.option.EvaluationResult;
import io.hatchery.spec.option.Evaluator;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every operation of the OpenAPI document, with the token of every role, of the whole fleet and of a scope, on what is in that scope and
 * on what is not. What an operation needs is read from the document; an operation without a sample request here fails.
 */
@Tag("kafka")
class AccessMatrixTest {
    private static final String SECRET_VALUE = "hunter2";
    private static final List<String> ROLES = List.of("viewer", "operator", "admin");

    @TempDir
    static Path data;

    private static TestFleet fleet;
    private static TestFleet.Gateway gateway;
    private static RefusingConfigService config;
    private static final AtomicInteger NUMBER = new AtomicInteger();

    /** What is in the scope of the tokens with a scope, and what is not. */
    private record Target(String container, String host, String operation, String labels) {
        static final Target IN = new Target("web", "host1", "operation-in", "{\"tier\":\"web\"}");
        static final Target OUT = new Target("db", "host2", "operation-out", "{\"tier\":\"db\"}");
    }

    private record Holder(String role, boolean isScoped, String secret) {
        @Override
        public String toString() {
            return role + (isScoped ? " of a scope" : " of the fleet");
        }
    }

    /**
     * A request.
     *
     * @param isList whether it shows many, of which those in scope are expected
     */
    private record Sample(
            String method, String path, @Nullable String body, boolean isList) {
        static Sample list(String path) {
            return new Sample("GET", path, null, true);
        }

        static Sample one(String method, String path) {
            return new Sample(method, path, null, false);
        }
    }

    private static final List<Holder> HOLDERS = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        fleet = new TestFleet(data);
        for (Target target : List.of(Target.IN, Target.OUT)) {
            var host = new HostName(target.host);
            fleet.create(Topics.of(host));
            fleet.heartbeat(host);
            fleet.write(Topics.EVALUATIONS, target.container, evaluation(target, 0, null));
            fleet.write(
                    Topics.EVENTS,
                    target.container,
                    "{\"type\":\"transition\",\"container\":\"" + target.container + "\",\"host\":\"" + target.host
                            + "\",\"from\":\"starting\",\"to\":\"running\",\"at\":\"" + Instant.now() + "\"}");
        }
        gateway = fleet.gateway();
        config = new RefusingConfigService();
        for (Target target : List.of(Target.IN, Target.OUT)) {
            var stop = gateway.send(
                    "POST",
                    "/v1/containers/" + target.container + "/stop",
                    null,
                    Map.of("Idempotency-Key", target.operation));
            assertThat(stop.statusCode()).as(stop.body()).isEqualTo(202);
        }
        for (String role : ROLES) {
            HOLDERS.add(new Holder(role, false, create(role + "-all", role, "")));
            HOLDERS.add(new Holder(
                    role, true, create(role + "-web", role, "\"selector\":\"tier=web\",\"hosts\":[\"host1\"],")));
        }
    }

    @AfterAll
    static void stop() throws Exception {
        config.end();
        fleet.close();
        assertThat(fleet.failures).isEmpty();
    }

    private static String create(String name, String role, String scope) throws Exception {
        String body = "{\"name\":\"" + name + "\"," + scope + "\"role\":\"" + role + "\"}";
        var created = gateway.send("POST", "/v1/tokens", body.getBytes(StandardCharsets.UTF_8), Map.of());
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        return read(created).path("secret").asText();
    }

    private static ObjectNode read(HttpResponse<String> answer) throws Exception {
        return Json.readObject(answer.body().getBytes(StandardCharsets.UTF_8));
    }

    private static ObjectNode definition(Target target) {
        return Json.object().put("root", "/r").put("host", target.host).set("command", Json.node(List.of("/bin/x")));
    }

    private static Evaluation evaluation(Target target, long evaluatedRevision, @Nullable String refusal)
            throws Exception {
        ObjectNode options = definition(target);
        options.putObject("environment").put("PASSWORD", SECRET_VALUE);
        options.set("labels", Json.readObject(target.labels.getBytes(StandardCharsets.UTF_8)));
        var definition = new ContainerDefinition(options);
        var name = new ContainerName(target.container);
        var spec = ((EvaluationResult.Good) Evaluator.evaluate(name, definition, Map.of()))
                .at(new HostName(target.host), Generation.FIRST, null);
        return EvaluationBuilder.builder()
                .container(name)
                .state(Evaluation.State.EVALUATED)
                .revision(0)
                .evaluatedRevision(evaluatedRevision)
                .refusal(refusal)
                .generation(Generation.FIRST)
                .definition(definition)
                .spec(spec)
                .errors(List.of())
                .systems(List.of())
                .build();
    }

    /** Refuses every change of a definition at once, so that everything stays as it is and no request waits. */
    private static final class RefusingConfigService {
        private final Thread thread;
        private volatile boolean isClosed;

        RefusingConfigService() {
            thread = Thread.ofPlatform().start(this::run);
        }

        private void run() {
            var answered = new HashSet<String>();
            while (!isClosed) {
                for (var record : fleet.records(Topics.DEFINITIONS)) {
                    if (answered.add(record.partition() + "/" + record.offset())) {
                        refuse(new String(record.key(), StandardCharsets.UTF_8), record.offset());
                    }
                }
            }
        }

        private static void refuse(String container, long revision) {
            Target target = container.equals(Target.IN.container) ? Target.IN : Target.OUT;
            try {
                fleet.write(Topics.EVALUATIONS, target.container, evaluation(target, revision, "the test refuses all"));
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }

        void end() throws InterruptedException {
            isClosed = true;
            thread.join();
        }
    }

    private static Sample sample(String operation, Target target) throws Exception {
        String container = "/v1/containers/" + target.container;
        ObjectNode definition = definition(target);
        definition.set("labels", Json.readObject(target.labels.getBytes(StandardCharsets.UTF_8)));
        return switch (operation) {
            case "listContainers" -> Sample.list("/v1/containers");
            case "countContainers" -> Sample.one("GET", "/v1/container-counts");
            case "getContainer" -> Sample.one("GET", container);
            case "getBuildLog" -> Sample.one("GET", container + "/build-log");
            case "getLogs" -> Sample.one("GET", container + "/logs");
            case "listGenerations" -> Sample.one("GET", container + "/generations");
            case "listEvents" -> Sample.list("/v1/events");
            case "listOperations" -> Sample.list("/v1/operations");
            case "getOperation" -> Sample.one("GET", "/v1/operations/" + target.operation);
            case "watchFleet" -> Sample.list("/v1/stream");
            case "listHosts" -> Sample.list("/v1/hosts");
            case "getHost" -> Sample.one("GET", "/v1/hosts/" + target.host);
            case "listProfiles" -> Sample.one("GET", "/v1/profiles");
            case "getProfile" -> Sample.one("GET", profile());
            case "putProfile" -> new Sample("PUT", profile(), "{\"boot\":true}", false);
            case "deleteProfile" -> Sample.one("DELETE", profile());
            case "getMetrics" -> Sample.one("GET", "/metrics");
            case "putContainer" -> new Sample("PUT", container, Json.text(definition), false);
            case "putContainers" ->
                new Sample(
                        "PUT",
                        "/v1/containers",
                        "{\"definitions\":{\"" + target.container + "\":" + Json.text(definition) + "}}",
                        false);
            case "rollbackContainer" -> Sample.one("POST", container + "/rollback");
            case "deleteContainer" -> Sample.one("DELETE", container);
            case "startContainer", "stopContainer", "restartContainer", "killContainer", "reloadContainer" ->
                Sample.one("POST", container + "/" + operation.replace("Container", ""));
            case "execContainer" -> Sample.one("GET", container + "/exec?command=id"); // which does not run
            case "forwardContainerPort" -> Sample.one("GET", container + "/portforward?ports=80");
            case "listAuditEntries" -> Sample.one("GET", "/v1/audit");
            case "listTokens" -> Sample.one("GET", "/v1/tokens");
            case "createToken" ->
                new Sample(
                        "POST",
                        "/v1/tokens",
                        "{\"name\":\"t" + NUMBER.incrementAndGet() + "\",\"role\":\"viewer\"}",
                        false);
            case "deleteToken" -> {
                String name = "t" + NUMBER.incrementAndGet();
                create(name, "viewer", "");
                yield Sample.one("DELETE", "/v1/tokens/" + name);
            }
            default -> throw new AssertionError("operation " + operation + " has no sample request: add one");
        };
    }

    /** A profile that is there. */
    private static String profile() throws Exception {
        String path = "/v1/profiles/p" + NUMBER.incrementAndGet();
        assertThat(gateway.send("PUT", path, "{\"boot\":true}".getBytes(StandardCharsets.UTF_8), Map.of())
                        .statusCode())
                .isEqualTo(200);
        return path;
    }

    private static Map<String, JsonNode> guarded() throws Exception {
        var operations = new TreeMap<String, JsonNode>();
        read(gateway.getWithoutToken("/openapi.json"))
                .path("paths")
                .forEach(path -> path.forEach(operation -> {
                    if (!operation.has("security")) {
                        operations.put(operation.path("operationId").asText(), operation);
                    }
                }));
        return operations;
    }

    @ParameterizedTest
    @MethodSource("operationIds")
    void operationIsAdmittedForItsRoleAndWithinTheScope(String operation) throws Exception {
        JsonNode documented = guarded().get(operation);
        String needed = documented.path("x-hatchery-role").asText();
        boolean isOfFleet = documented.path("x-hatchery-scope").asText().equals("fleet");
        assertThat(ROLES).as(operation + " says which role it needs").contains(needed);
        for (Target target : List.of(Target.IN, Target.OUT)) {
            Sample anonymous = sample(operation, target);
            assertThat(send(anonymous, "wrong").statusCode()).as(operation).isEqualTo(401);
            for (Holder holder : HOLDERS) {
                String what = operation + " by " + holder + " on " + target.container;
                Sample sample = sample(operation, target);
                if (ROLES.indexOf(holder.role) < ROLES.indexOf(needed) || isOfFleet && holder.isScoped) {
                    requireRefusal(send(sample, holder.secret), 403, what);
                } else if (sample.isList) {
                    requireScope(show(sample, holder.secret), holder, what);
                } else if (operation.equals("countContainers")) {
                    assertThat(read(send(sample, holder.secret)).path("total").asInt())
                            .as(what)
                            .isEqualTo(holder.isScoped ? 1 : 2);
                } else {
                    requireOne(
                            operation,
                            sample,
                            holder,
                            holder.isScoped && !isOfFleet && target.equals(Target.OUT),
                            what);
                }
            }
        }
    }

    static List<String> operationIds() {
        return Permissions.all().keySet().stream().toList();
    }

    private static void requireOne(String operation, Sample sample, Holder holder, boolean isOut, String what)
            throws Exception {
        HttpResponse<String> answer = send(sample, holder.secret);
        if (operation.equals("putContainers")) {
            int status = read(answer).at("/items/0/status").asInt();
            assertThat(status).as(what + " " + answer.body()).isEqualTo(isOut ? 403 : holder.isScoped ? 409 : 412);
        } else if (isOut) {
            requireRefusal(answer, operation.equals("putContainer") ? 403 : 404, what);
        } else {
            // What config-service refuses, was admitted by the gateway.
            assertThat(answer.statusCode()).as(what + " " + answer.body()).isIn(200, 201, 202, 204, 409, 412);
        }
        if (holder.role.equals("viewer")) {
            assertThat(answer.body()).as(what).doesNotContain(SECRET_VALUE);
        } else if (operation.equals("getContainer") && !isOut) {
            assertThat(answer.body()).as(what).contains(SECRET_VALUE);
        }
    }

    private static void requireScope(String shown, Holder holder, String what) {
        assertThat(shown).as(what).containsAnyOf("\"web\"", "\"host1\"");
        assertThat(shown.contains("\"db\"") || shown.contains("\"host2\""))
                .as(what + " " + shown)
                .isEqualTo(!holder.isScoped);
        if (holder.role.equals("viewer")) {
            assertThat(shown).as(what).doesNotContain(SECRET_VALUE);
        }
    }

    private static void requireRefusal(HttpResponse<String> answer, int status, String what) throws Exception {
        assertThat(answer.statusCode()).as(what + " " + answer.body()).isEqualTo(status);
        assertThat(read(answer).path("detail").asText()).as(what).isNotBlank();
    }

    private static String show(Sample sample, String secret) throws Exception {
        return sample.path.equals("/v1/stream")
                ? gateway.snapshot(secret)
                : send(sample, secret).body();
    }

    private static HttpResponse<String> send(Sample sample, String secret) throws Exception {
        return gateway.sendAs(
                secret,
                sample.method,
                sample.path,
                sample.body == null ? null : sample.body.getBytes(StandardCharsets.UTF_8));
    }
}
