import io.hatchery.protocol.ContainerStatusBuilder;
import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.EvaluationBuilder;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.FleetEventPhaseChangedBuilder;
import io.hatchery.protocol.HostSpecs;
import io.hatchery.protocol.HostStatus;
import io.hatchery.protocol.HostStatusBuilder;
import io.hatchery.protocol.Phase;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.Generation;
import io.hatchery.spec.HostName;
import io.hatchery.spec.ProfileName;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.option.EvaluationResult;
import io.hatchery.spec.option.Evaluator;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The records of the fleet. Each kind is made once by the services' own classes, with marks where containers differ; the marks are then
 * replaced per container, which takes a microsecond.
 */
final class FleetRecords {
    static final String PROFILE = "base";
    private static final List<String> TIERS = List.of("web", "db", "cache", "batch");
    private static final List<String> ZONES = List.of("a", "b", "c");
    private static final List<String> PHASES = List.of("running", "stopped", "failed");
    private static final int FORWARDING = 20;
    private static final int FIRST_PORT = 10_000;
    private static final int PORTS = 50_000;
    private static final Instant MARKED_TIME = Instant.parse("1999-09-09T09:09:09Z");

    /** What differs between the records of containers and hosts. */
    private enum Mark {
        NAME("markname"),
        HOST("markhost"),
        TIER("marktier"),
        ENV("markenv"),
        ZONE("markzone"),
        APP("markapp"),
        PHASE("absent"),
        PORT("59998"),
        REVISION("987654321987"),
        DIGEST("markdigest"),
        TIME(MARKED_TIME.toString());

        final String text;

        Mark(String text) {
            this.text = text;
        }
    }

    /** A record's text between its marks. */
    private record Template(List<String> texts, List<Mark> marks) {
        static Template of(Object value) {
            var byText = new TreeMap<String, Mark>();
            for (Mark mark : Mark.values()) {
                byText.put(mark.text, mark);
            }
            String json = Json.text(value);
            Matcher matcher = Pattern.compile(String.join("|", byText.keySet())).matcher(json);
            var texts = new ArrayList<String>();
            var marks = new ArrayList<Mark>();
            int end = 0;
            while (matcher.find()) {
                texts.add(json.substring(end, matcher.start()));
                marks.add(byText.get(matcher.group()));
                end = matcher.end();
            }
            texts.add(json.substring(end));
            return new Template(texts, marks);
        }

        byte[] fill(String[] values) {
            var json = new StringBuilder(2_048);
            for (int i = 0; i < marks.size(); i++) {
                json.append(texts.get(i)).append(values[marks.get(i).ordinal()]);
            }
            return json.append(texts.getLast()).toString().getBytes(StandardCharsets.UTF_8);
        }
    }

    private final int containers;
    private final int hosts;
    private final Template[] definitions;
    private final Template[] evaluations;
    private final Template unplaced = Template.of(definition(false, false));
    private final Template status = Template.of(status());
    private final Template evaluated = Template.of(new FleetEvent.EvaluationChanged(
            new ContainerName(Mark.NAME.text), new HostName(Mark.HOST.text), Evaluation.State.EVALUATED, 987654321987L, Generation.FIRST, MARKED_TIME));
    private final Template transition = Template.of(transition(Phase.PREPARING, Phase.ABSENT));
    private final Template heartbeat = Template.of(heartbeat());
    private final long[] shares;

    FleetRecords(int containers, int hosts) {
        this.containers = containers;
        this.hosts = hosts;
        this.definitions = new Template[] {Template.of(definition(true, false)), Template.of(definition(true, true))};
        this.evaluations = new Template[] {Template.of(evaluation(false)), Template.of(evaluation(true))};
        this.shares = new long[hosts];
        for (int i = 0; i < containers; i++) {
            shares[i % hosts] += HostSpecs.share(new ContainerName(name(i)), Generation.FIRST);
        }
    }

    int containers() {
        return containers;
    }

    int hosts() {
        return hosts;
    }

    static String name(int container) {
        return String.format("c-%07d", container);
    }

    static String host(int host) {
        return String.format("h-%05d", host);
    }

    /** A profile of all containers. */
    static byte[] profile(String startTimeout) {
        return ("{\"startTimeout\":\"" + startTimeout + "\",\"restart\":\"always\"}").getBytes(StandardCharsets.UTF_8);
    }

    byte[] definition(int container) {
        return definitions[forwards(container)].fill(values(container));
    }

    byte[] evaluation(int container, long revision) {
        String[] values = values(container);
        values[Mark.REVISION.ordinal()] = Long.toString(revision);
        return evaluations[forwards(container)].fill(values);
    }

    byte[] status(int container) {
        return status.fill(values(container));
    }

    byte[] status(int container, String phase) {
        String[] values = values(container);
        values[Mark.PHASE.ordinal()] = phase;
        return status.fill(values);
    }

    byte[] transition(int container, String phase) {
        String[] values = values(container);
        values[Mark.PHASE.ordinal()] = phase;
        return transition.fill(values);
    }

    /** The events of a container: its evaluation, and its way to its phase. */
    List<byte[]> events(int container, long revision) {
        String[] values = values(container);
        values[Mark.REVISION.ordinal()] = Long.toString(revision);
        return List.of(evaluated.fill(values), transition(container, "starting"), transition.fill(values));
    }

    byte[] heartbeat(int host) {
        var values = new String[Mark.values().length];
        values[Mark.HOST.ordinal()] = host(host);
        values[Mark.ZONE.ordinal()] = ZONES.get(host % ZONES.size());
        values[Mark.DIGEST.ordinal()] = HostSpecs.digest(shares[host]);
        values[Mark.TIME.ordinal()] = Instant.now().toString();
        return heartbeat.fill(values);
    }

    /** A definition that names no host. */
    byte[] unplaced(String name, int number) {
        String[] values = values(number);
        values[Mark.NAME.ordinal()] = name;
        return unplaced.fill(values);
    }

    private static int forwards(int container) {
        return container % FORWARDING == 0 ? 1 : 0;
    }

    private String[] values(int container) {
        var values = new String[Mark.values().length];
        int host = container % hosts;
        int mixed = (container * 0x9E3779B1) >>> 16;
        values[Mark.NAME.ordinal()] = name(container);
        values[Mark.HOST.ordinal()] = host(host);
        values[Mark.TIER.ordinal()] = TIERS.get(mixed % TIERS.size());
        values[Mark.ENV.ordinal()] = mixed % 10 < 6 ? "prod" : mixed % 10 < 8 ? "staging" : "dev";
        values[Mark.ZONE.ordinal()] = ZONES.get(host % ZONES.size());
        values[Mark.APP.ordinal()] = "app-" + mixed % 500;
        values[Mark.PHASE.ordinal()] = PHASES.get(mixed % 20 < 17 ? 0 : mixed % 20 < 19 ? 1 : 2);
        values[Mark.PORT.ordinal()] = Integer.toString(FIRST_PORT + container / hosts % PORTS);
        values[Mark.TIME.ordinal()] = Instant.now().toString();
        return values;
    }

    private static ContainerDefinition definition(boolean placed, boolean forwarding) {
        var json = Json.object();
        json.put("root", "/var/lib/containers/" + Mark.NAME.text).put("boot", true);
        if (placed) {
            json.put("host", Mark.HOST.text);
            json.putArray("profiles").add(PROFILE);
        }
        json.putObject("labels")
                .put("app", Mark.APP.text)
                .put("env", Mark.ENV.text)
                .put("tier", Mark.TIER.text)
                .put("zone", Mark.ZONE.text);
        json.putObject("limits").put("memoryMax", "512M").put("cpuQuota", "50%");
        json.put("description", "the service " + Mark.NAME.text);
        if (forwarding) {
            json.put("privateNetwork", true).put("hostAddress", "10.9.0.1").put("localAddress", "10.9.0.2");
            json.putArray("forwardPorts").addObject().put("hostPort", Integer.parseInt(Mark.PORT.text)).put("containerPort", 80);
        }
        return new ContainerDefinition(json);
    }

    private static Evaluation evaluation(boolean forwarding) {
        try {
            ContainerDefinition definition = definition(true, forwarding);
            var profiles = Map.of(new ProfileName(PROFILE), Json.read(profile("2min"), ContainerDefinition.class));
            EvaluationResult result = Evaluator.evaluate(new ContainerName(Mark.NAME.text), definition, profiles);
            if (!(result instanceof EvaluationResult.Good good)) {
                throw new IllegalStateException("the definition of the benchmark has errors: " + result);
            }
            return EvaluationBuilder.builder()
                    .container(good.name())
                    .state(Evaluation.State.EVALUATED)
                    .revision(987654321987L)
                    .evaluatedRevision(987654321987L)
                    .generation(Generation.FIRST)
                    .definition(definition)
                    .spec(good.at(new HostName(Mark.HOST.text), Generation.FIRST))
                    .errors(List.of())
                    .systems(List.of())
                    .build();
        } catch (io.hatchery.spec.json.UnreadableException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Object status() {
        return ContainerStatusBuilder.builder()
                .container(new ContainerName(Mark.NAME.text))
                .host(new HostName(Mark.HOST.text))
                .phase(Phase.ABSENT)
                .generation(Generation.FIRST)
                .leader(4711L)
                .since(MARKED_TIME)
                .restarts(0)
                .outdated(false)
                .begun(Generation.FIRST)
                .ready(Generation.FIRST)
                .build();
    }

    private static Object transition(Phase from, Phase to) {
        return FleetEventPhaseChangedBuilder.builder()
                .container(new ContainerName(Mark.NAME.text))
                .host(new HostName(Mark.HOST.text))
                .from(from)
                .to(to)
                .generation(Generation.FIRST)
                .at(MARKED_TIME)
                .build();
    }

    private static Object heartbeat() {
        return HostStatusBuilder.builder()
                .host(new HostName(Mark.HOST.text))
                .state(HostStatus.Availability.READY)
                .machineId("0123456789abcdef0123456789abcdef")
                .bootId("01234567-89ab-cdef-0123-456789abcdef")
                .runtime("/run/hatchery")
                .pid(700)
                .version("bench")
                .driver("systemd")
                .cgroups("v2")
                .labels(new TreeMap<>(Map.of("zone", Mark.ZONE.text)))
                .cpus(64)
                .memory(256L << 30)
                .containers(100)
                .started(Instant.parse("2026-01-01T00:00:00Z"))
                .at(MARKED_TIME)
                .interval(300)
                .specs(new HostSpecs("AAAAAAAAAAAAAAAAAAAAAA", 0, Mark.DIGEST.text, List.of()))
                .build();
    }
}
