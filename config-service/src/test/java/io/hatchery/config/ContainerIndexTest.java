package io.hatchery.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Evaluation;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Generation;
import io.hatchery.spec.HostName;
import io.hatchery.spec.ProfileName;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.option.DefinitionProblem;
import io.hatchery.spec.option.Evaluator;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ContainerIndexTest {
    private static final List<HostName> HOSTS =
            List.of(new HostName("h1"), new HostName("h2"), new HostName("h3"), new HostName("h4"));
    private static final List<ProfileName> PROFILES = List.of(new ProfileName("base"), new ProfileName("extra"));
    private static final int CONTAINERS = 30;
    private static final int PORTS = 4;
    private static final int STEPS = 300;

    private final Map<ContainerName, Evaluation> all = new HashMap<>();
    private final ContainerIndex index = new ContainerIndex();

    private static <T> T any(List<T> values, Random random) {
        return values.get(random.nextInt(values.size()));
    }

    /** Some evaluation of a container: in force, failed for a port, unplaced, moving, or deleted. */
    private static Evaluation any(ContainerName name, Random random) {
        var json = Json.object().put("boot", true).put("rollbackOnFailure", random.nextBoolean());
        if (random.nextInt(3) == 0) {
            json.putArray("profiles").add(any(PROFILES, random).value());
        }
        int port = random.nextInt(PORTS);
        if (port > 0) {
            json.put("privateNetwork", true)
                    .putArray("forwardPorts")
                    .addObject()
                    .put("hostPort", port);
        }
        var profiles = PROFILES.stream()
                .collect(Collectors.toMap(profile -> profile, p -> new ContainerDefinition(Json.object())));
        Evaluation defined = EvaluationPlanner.define(
                        name,
                        null,
                        new ContainerDefinition(json),
                        random.nextInt(100),
                        null,
                        DefinitionEvaluator.over(profiles),
                        TestSnapshot.choosing(any(HOSTS, random)))
                .evaluation();
        return switch (random.nextInt(6)) {
            case 0 -> failed(defined, port);
            case 1 -> unplaced(defined, random.nextBoolean());
            case 2 -> defined.withState(Evaluation.State.MOVING).withReleasingHost(releasing(random));
            case 3 ->
                defined.withState(Evaluation.State.DELETED)
                        .withDefinition(null)
                        .withSpec(null)
                        .withReleasingHost(random.nextBoolean() ? releasing(random) : null);
            case 4 ->
                defined.withSystems(List.of(new Evaluation.GivenSystem(
                        Generation.FIRST, "/nix/store/" + random.nextInt(3), 1, Instant.EPOCH, null)));
            default -> defined;
        };
    }

    private static Evaluation failed(Evaluation defined, int port) {
        var clash = new DefinitionProblem(
                "containers." + defined.container() + ".forwardPorts", "tcp " + port, "placement", "m", "r");
        var other = new DefinitionProblem("containers." + defined.container() + ".root", "x", "definition", "m", "r");
        return defined.withState(Evaluation.State.FAILED).withErrors(List.of(other, clash));
    }

    private static Evaluation unplaced(Evaluation defined, boolean selecting) {
        var nowhere = new DefinitionProblem("p", "{\"zone\":\"a\"}", "placement", "m", "r");
        return defined.withState(Evaluation.State.UNPLACED)
                .withSpec(null)
                .withErrors(selecting ? List.of(nowhere) : List.of());
    }

    private static Evaluation.ReleasingHost releasing(Random random) {
        return new Evaluation.ReleasingHost(any(HOSTS, random), new CommandId("x"), null, null, null, null);
    }

    @Test
    void indexAnswersAsAScanOfAllEvaluationsDoes() {
        for (int seed = 0; seed < 20; seed++) {
            var random = new Random(seed);
            for (int step = 0; step < STEPS; step++) {
                var name = new ContainerName("c" + random.nextInt(CONTAINERS));
                if (random.nextInt(8) == 0) {
                    assertThat(index.remove(name).after()).isNull();
                    all.remove(name);
                } else {
                    Evaluation evaluation = any(name, random);
                    index.put(evaluation);
                    all.put(name, evaluation);
                }
                if (step % 10 == 0) {
                    requireSameAnswers("seed " + seed + ", step " + step);
                }
            }
        }
    }

    private void requireSameAnswers(String when) {
        assertThat(index.all()).as(when).isEqualTo(all.keySet());
        assertThat(index.size()).isEqualTo(all.size());
        all.forEach((name, evaluation) -> {
            assertThat(index.evaluation(name)).as(when).isEqualTo(evaluation);
            assertThat(index.facts(name)).as(when).isEqualTo(EvaluationFacts.of(evaluation));
        });
        for (HostName host : HOSTS) {
            assertThat(index.ofHost(host)).as(when).isEqualTo(scan(e -> isOn(e, host)));
        }
        for (ProfileName profile : PROFILES) {
            assertThat(index.ofProfile(profile)).as(when).isEqualTo(scan(e -> names(e, profile)));
        }
        for (Evaluation.State state : Evaluation.State.values()) {
            assertThat(index.in(state))
                    .as(when)
                    .isEqualTo(state == Evaluation.State.EVALUATED ? Set.of() : scan(e -> e.state() == state));
        }
        assertThat(index.releasing()).as(when).isEqualTo(scan(e -> e.releasingHost() != null));
        assertThat(index.systems())
                .as(when)
                .isEqualTo(all.values().stream()
                        .flatMap(e -> e.systems().stream())
                        .map(Evaluation.GivenSystem::path)
                        .collect(Collectors.toSet()));
        for (int port = 0; port < PORTS; port++) {
            String key = "tcp " + port;
            assertThat(index.awaiting(key)).as(when).isEqualTo(scan(e -> isAwaiting(e, key)));
        }
        requireSameSelectors(when);
        requireSamePorts(when);
    }

    private void requireSameSelectors(String when) {
        Set<ContainerName> unplaced = scan(e -> e.state() == Evaluation.State.UNPLACED);
        var selected = new HashSet<ContainerName>();
        index.selectors().forEach(selector -> selected.addAll(index.selecting(selector)));
        assertThat(selected).as(when).isEqualTo(unplaced);
        assertThat(index.selecting(EvaluationFacts.ANY_HOST))
                .as(when)
                .isEqualTo(scan(e ->
                        e.state() == Evaluation.State.UNPLACED && e.errors().isEmpty()));
    }

    private void requireSamePorts(String when) {
        for (Evaluation evaluation : all.values()) {
            ContainerSpec spec = evaluation.spec();
            if (spec != null) {
                List<String> others = all.values().stream()
                        .map(Evaluation::spec)
                        .filter(other -> other != null && !other.name().equals(spec.name()))
                        .filter(other -> other.host().equals(spec.host()) && shareAPort(other, spec))
                        .map(other -> "host " + spec.host() + " forwards that port to container " + other.name())
                        .toList();
                assertThat(index.ports().clashes(spec))
                        .as(when)
                        .extracting(DefinitionProblem::message)
                        .containsExactlyInAnyOrderElementsOf(others);
            }
        }
    }

    private static boolean shareAPort(ContainerSpec one, ContainerSpec other) {
        return PortAllocations.of(one).stream().anyMatch(PortAllocations.of(other)::contains);
    }

    private Set<ContainerName> scan(Predicate<Evaluation> which) {
        return all.values().stream().filter(which).map(Evaluation::container).collect(Collectors.toSet());
    }

    private static boolean isOn(Evaluation evaluation, HostName host) {
        return evaluation.spec() != null && evaluation.spec().host().equals(host)
                || evaluation.releasingHost() != null
                        && evaluation.releasingHost().host().equals(host);
    }

    private static boolean names(Evaluation evaluation, ProfileName profile) {
        return evaluation.definition() != null
                && Evaluator.profilesOf(evaluation.definition()).contains(profile);
    }

    private static boolean isAwaiting(Evaluation evaluation, String port) {
        return evaluation.state() == Evaluation.State.FAILED
                && evaluation.errors().stream()
                        .anyMatch(error -> error.path().endsWith("forwardPorts") && port.equals(error.value()));
    }

    @Test
    void evaluationThatIsHeldIsRecognizedByItsBytes() {
        var name = new ContainerName("web");
        Evaluation evaluation = any(name, new Random(1));
        assertThat(index.holds(name, Json.bytes(evaluation))).isFalse();
        index.put(evaluation);
        assertThat(index.holds(name, Json.bytes(evaluation))).isTrue();
        assertThat(index.holds(name, Json.bytes(evaluation.withRevision(1_000))))
                .isFalse();
    }

    /** Bench/fleet measures the heap; this bounds what the packed form takes of it. */
    @Test
    void evaluationOfAFleetTakesAFifthOfItsJson() {
        var codec = new EvaluationCodec();
        long packed = 0;
        long plain = 0;
        for (int i = 0; i < 1_000; i++) {
            var definition = new ContainerDefinition(
                    Json.object().put("boot", true).put("root", "/roots/c" + i).put("description", "service " + i));
            byte[] json = Json.bytes(EvaluationPlanner.define(
                            new ContainerName("c" + i),
                            null,
                            definition,
                            i,
                            null,
                            DefinitionEvaluator.over(Map.of()),
                            TestSnapshot.choosing(HOSTS.get(i % 4)))
                    .evaluation());
            byte[] small = codec.pack(json);
            assertThat(codec.unpack(small)).isEqualTo(json);
            packed += small.length;
            plain += json.length;
        }
        assertThat(packed).isLessThan(plain / 5);
    }

    @Test
    void textsOfAllSizesArePackedAndUnpacked() {
        var codec = new EvaluationCodec();
        var random = new Random(5);
        for (int size : List.of(0, 1, 100, 2_048, 2_049, 5_000, 300_000, 10)) {
            byte[] text = new byte[size];
            for (int i = 0; i < size; i++) {
                text[i] = (byte) (' ' + random.nextInt(90));
            }
            assertThat(codec.unpack(codec.pack(text))).isEqualTo(text);
        }
    }
}
