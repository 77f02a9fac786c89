package io.hatchery.spec.option;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.spec.BindMount;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Generation;
import io.hatchery.spec.HostName;
import io.hatchery.spec.Payload;
import io.hatchery.spec.PortForward;
import io.hatchery.spec.ProfileName;
import io.hatchery.spec.Readiness;
import io.hatchery.spec.RestartPolicy;
import io.hatchery.spec.SpecChange;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EvaluatorTest {
    private static final ContainerName WEB = new ContainerName("web");
    private static final HostName HOST = new HostName("h1");

    static ContainerDefinition definition(String json) {
        try {
            return new ContainerDefinition(Json.readYamlObject(json.getBytes(StandardCharsets.UTF_8)));
        } catch (UnreadableException e) {
            throw new AssertionError(json, e);
        }
    }

    private static ContainerSpec spec(String json) {
        EvaluationResult evaluated = Evaluator.evaluate(WEB, definition(json), Map.of());
        assertThat(evaluated).isInstanceOf(EvaluationResult.Good.class);
        return ((EvaluationResult.Good) evaluated).at(HOST, Generation.FIRST);
    }

    private static List<DefinitionProblem> problems(String json) {
        EvaluationResult evaluated = Evaluator.evaluate(WEB, definition(json), Map.of());
        assertThat(evaluated).as(json).isInstanceOf(EvaluationResult.Bad.class);
        return ((EvaluationResult.Bad) evaluated).problems();
    }

    @Test
    void commandHasDefaultsOfPrograms() {
        ContainerSpec spec = spec("{command: [/bin/sh, -c, 'sleep 1']}");
        assertThat(spec.payload()).isEqualTo(new Payload.Program(List.of("/bin/sh", "-c", "sleep 1")));
        assertThat(spec.readiness()).isEqualTo(Readiness.STARTED);
        assertThat(spec.killSignal()).hasToString("SIGTERM");
        assertThat(spec.root()).isEqualTo("/var/lib/containers/web");
        assertThat(spec.startTimeout()).hasToString("1min");
        assertThat(spec.stopTimeout()).hasToString("3min");
    }

    @Test
    void bootHasDefaultsOfOperatingSystems() {
        ContainerSpec spec = spec(
                "{boot: true, root: /srv//debian/., bindMounts: {/data: {isReadOnly: false}, /b: {hostPath: /a}}}");
        assertThat(spec.readiness()).isEqualTo(Readiness.NOTIFY);
        assertThat(spec.killSignal()).hasToString("SIGRTMIN+3");
        assertThat(spec.root()).isEqualTo("/srv/debian");
        assertThat(spec.bindMounts())
                .containsExactly(new BindMount("/b", "/a", true), new BindMount("/data", "/data", false));
    }

    @Test
    void specIsEqualAfterJson() throws UnreadableException {
        ContainerSpec spec = spec("{path: /nix/x, labels: {tier: front}, tmpfs: ['/t:size=1M'], description: hello}");
        assertThat(Json.readStrictly(Json.bytes(spec), ContainerSpec.class)).isEqualTo(spec);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{boot: true, comand: [x]} | containers.web.comand | did you mean command?",
                "{boot: 'yes'} | containers.web.boot | without quotes",
                "{boot: true, path: /nix/x} | containers.web | exactly one",
                "{} | containers.web | exactly one",
                "{command: []} | containers.web | exactly one",
                "{boot: true, root: relative} | containers.web.root | absolute path",
                "{boot: true, root: /a/../b} | containers.web.root | without '..'",
                "{boot: true, root: /} | containers.web.root | give a directory",
                "{boot: true, stopTimeout: soon} | containers.web.stopTimeout | systemd.time(7)",
                "{boot: true, stopTimeout: 0} | containers.web.stopTimeout | systemd.time(7)",
                "{boot: true, restart: sometimes} | containers.web.restart | on-failure, always, no",
                "{boot: true, killSignal: SIGFOO} | containers.web.killSignal | SIGTERM",
                "{boot: true, host: Bad_Host} | containers.web.host | a-z, 0-9",
                "{boot: true, environment: {1A: x}} | containers.web.environment.1A | not starting with a digit",
                "{boot: true, environment: {A: 5}} | containers.web.environment.A | in quotes",
                "{boot: true, bindMounts: {/data: {hostPth: /x}}} | containers.web.bindMounts./data.hostPth | did you mean hostPath?",
                "{boot: true, bindMounts: {data: {}}} | containers.web.bindMounts.data | absolute path",
                "{boot: true, tmpfs: [/ok, nope]} | containers.web.tmpfs[1] | path[:options]",
                "{boot: true, profiles: [none]} | containers.web.profiles | create the profile",
                "{boot: true, labels: [a]} | containers.web.labels | an object",
                "{boot: true, hostAddress: 10.0.0.1} | containers.web.hostAddress | set privateNetwork to true",
                "{boot: true, hostBridge: br0} | containers.web.hostBridge | set privateNetwork to true",
                "{boot: true, privateNetwork: true, hostAddress: 10.0.0} | containers.web.hostAddress | four numbers",
                "{boot: true, privateNetwork: true, hostAddress6: 10.0.0.1} | containers.web.hostAddress6 | fd00::1",
                "{boot: true, privateNetwork: true, localAddress: 10.0.0.2/24} | containers.web.localAddress | remove the prefix length",
                "{boot: true, privateNetwork: true, hostBridge: br0, localAddress: 10.0.0.2} | containers.web.localAddress | append one",
                "{boot: true, privateNetwork: true, hostBridge: br0, hostAddress: 10.0.0.1} | containers.web.hostAddress | remove hostBridge",
                "{boot: true, privateNetwork: true, localMacAddress: '01:00:00:00:00:01'} | containers.web.localMacAddress | six bytes",
                "{boot: true, privateNetwork: true, forwardPorts: [{hostPort: 70000}]} | containers.web.forwardPorts[0].hostPort | 65535",
                "{boot: true, privateNetwork: true, forwardPorts: [{hostPort: 1}, {hostPort: 1}]} | containers.web.forwardPorts[1].hostPort | another",
                "{boot: true, privateNetwork: true, forwardPorts: [{containerPort: 1}]} | containers.web.forwardPorts[0].hostPort | give the port",
                "{boot: true, privateNetwork: true, extraVeths: {aninterfacethatislong: {}}} | containers.web.extraVeths.aninterfacethatislong | 15 characters",
                "{boot: true, privateNetwork: true, extraVeths: {eth0: {}}} | containers.web.extraVeths.eth0 | choose another",
                "{boot: true, privateNetwork: true, networkNamespace: /run/x} | containers.web.networkNamespace | one of the two",
                "{boot: true, interfaces: [eth1], networkNamespace: /run/x} | containers.web.networkNamespace | move the interfaces",
                "{boot: true, privateUsers: some} | containers.web.privateUsers | identity",
                "{boot: true, privateUsers: -1} | containers.web.privateUsers | identity",
                "{boot: true, additionalCapabilities: [NET_ADMIN]} | containers.web.additionalCapabilities[0] | CAP_NET_ADMIN",
                "{boot: true, allowedDevices: [{node: /dev/x, modifier: rx}]} | containers.web.allowedDevices[0].modifier | rwm",
                "{boot: true, allowedDevices: [{node: /dev/x}]} | containers.web.allowedDevices[0].modifier | give it",
                "{boot: true, extraFlags: ['--machine=other']} | containers.web.extraFlags[0] | the option of the container",
                "{boot: true, extraFlags: [-M, ]} | containers.web.extraFlags[0] | --name=value",
                "{boot: true, limits: {memoryMax: 12X}} | containers.web.limits.memoryMax | 512M",
                "{boot: true, limits: {ioWeight: 0}} | containers.web.limits.ioWeight | from 1 to 10000",
                "{boot: true, limits: {memoryMx: 1}} | containers.web.limits.memoryMx | did you mean memoryMax?"
            })
    void saysWhatIsWrongWhereAndWhatToDo(String json, String path, String remedy) {
        assertThat(problems(json)).singleElement().satisfies(problem -> {
            assertThat(problem.path()).isEqualTo(path);
            assertThat(problem.remedy()).contains(remedy);
            assertThat(problem.origin()).isEqualTo("definition of web");
        });
    }

    @Test
    void unsetOptionsAreNotInTheSpec() {
        ContainerSpec spec = spec(
                "{boot: true, networkNamespace: null, hostAddress: null, privateUsers: null, limits: {}, extraFlags: []}");
        assertThat(spec.network()).isNull();
        assertThat(spec.confinement()).isNull();
        assertThat(spec.limits()).isNull();
        assertThat(spec).isEqualTo(spec("{boot: true}"));
    }

    @Test
    void unquotedNoInYamlIsTheWordNo() {
        assertThat(spec("{boot: true, restart: no}").restart()).isEqualTo(RestartPolicy.NO);
    }

    @Test
    void containerPortDefaultsToHostPort() {
        ContainerSpec spec = spec("{boot: true, privateNetwork: true, forwardPorts: [{hostPort: 53, protocol: udp}]}");
        assertThat(spec.network().forwardPorts()).containsExactly(new PortForward("udp", 53, 53));
    }

    @Test
    void specWithEveryOptionIsEqualAfterJson() throws UnreadableException {
        ContainerSpec spec = spec("{boot: true, privateNetwork: true, hostAddress: 10.0.0.1, localAddress: 10.0.0.2,"
                + " hostAddress6: 'FD00::1', localAddress6: 'fd00::2', localMacAddress: '02:00:00:00:00:0A',"
                + " forwardPorts: [{hostPort: 80}], extraVeths: {b: {hostBridge: br0, localAddress: 10.1.0.2/24}},"
                + " interfaces: [eth1], macvlans: [eth2], privateUsers: pick, enableTun: true, copyResolvConf: false,"
                + " allowedDevices: [{node: char-alsa, modifier: rw}], limits: {memoryMax: 1G, tasksMax: infinity}}");
        assertThat(Json.readStrictly(Json.bytes(spec), ContainerSpec.class)).isEqualTo(spec);
        assertThat(spec.network().addresses().host6()).isEqualTo("fd00::1");
        assertThat(spec.limits().memoryMax()).isEqualTo("1073741824");
    }

    @Test
    void allErrorsAreReportedAtOnce() {
        assertThat(problems("{boot: 1, startTimeout: x, bindMounts: {/a: {hostPath: b, isReadOnly: 7}}, typo: 1}"))
                .extracting(DefinitionProblem::path)
                .containsExactlyInAnyOrder(
                        "containers.web.boot",
                        "containers.web.startTimeout",
                        "containers.web.bindMounts./a.hostPath",
                        "containers.web.bindMounts./a.isReadOnly",
                        "containers.web.typo");
    }

    @Test
    void layersMergeAsNixosModulesDo() {
        var base = new ProfileName("base");
        var top = new ProfileName("top");
        var profiles = Map.of(
                base,
                        definition(
                                "{restart: {$default: always}, tmpfs: [/a], environment: {A: '1', B: '1'}, autoStart: {$force: true}}"),
                top, definition("{tmpfs: [/b], environment: {C: '3'}, startTimeout: 10}"));
        EvaluationResult evaluated = Evaluator.evaluate(
                WEB,
                definition(
                        "{boot: true, profiles: [base, top], restart: 'no', tmpfs: [/c], environment: {A: {$force: '2'}}, autoStart: false, timeoutStartSec: 10s}"),
                profiles);
        ContainerSpec spec = ((EvaluationResult.Good) evaluated).at(HOST, Generation.FIRST);
        assertThat(spec.restart()).hasToString("NO");
        assertThat(spec.tmpfs()).containsExactly("/a", "/b", "/c");
        assertThat(spec.environment()).isEqualTo(Map.of("A", "2", "B", "1", "C", "3"));
        assertThat(spec.autoStart()).isTrue();
        assertThat(spec.startTimeout()).hasToString("10s");
    }

    @Test
    void conflictingScalarsAreAnErrorThatNamesBoth() {
        EvaluationResult evaluated = Evaluator.evaluate(
                WEB,
                definition("{boot: true, profiles: [base], stopTimeout: 5}"),
                Map.of(new ProfileName("base"), definition("{stopTimeout: 6}")));
        assertThat(((EvaluationResult.Bad) evaluated).problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem.format())
                        .contains("containers.web.stopTimeout", "profile base", "definition of web", "$force"));
    }

    @Test
    void onlyOptionsOfNspawnNeedARestart() {
        ContainerSpec before = spec("{boot: true}");
        assertThat(SpecComparison.between(before, spec("{boot: true, stopTimeout: 5, labels: {a: b}}"))
                        .needsRestart())
                .isFalse();
        SpecChange change = SpecComparison.between(before, spec("{boot: true, tmpfs: [/x], autoStart: true}"));
        assertThat(change.restart()).containsExactly("tmpfs");
        assertThat(change.live()).containsExactly("autoStart");
        assertThat(SpecComparison.between(before, before).isEmpty()).isTrue();
    }

    @Test
    void changeOfAnyOptionIsDetected() {
        ContainerSpec before = spec("{boot: true, root: /other}");
        for (Option option : Options.container().options()) {
            if (option.inSpec() == null || List.of("boot", "host").contains(option.name())) {
                continue;
            }
            String also =
                    option.name().matches("(host|local).*|forwardPorts|extraVeths") ? ", privateNetwork: true" : "";
            String payload = switch (option.name()) {
                case "path", "command" -> "";
                case "reloadIfChanged", "rollbackOnFailure", "nixDaemon" -> "path: /system, ";
                default -> "boot: true, ";
            };
            boolean off = option.defaultValue() != null && option.defaultValue().asBoolean();
            String root = option.name().equals("root") ? "" : ", root: /other";
            String value = option.name().equals("rollbackOnFailure")
                    ? "true"
                    : off ? "false" : option.example().toString();
            ContainerSpec after = spec("{" + payload + option.name() + ": " + value + also + root + "}");
            SpecChange change = SpecComparison.between(before, after);
            assertThat(option.inSpec().appliesLive() ? change.live() : change.restart())
                    .contains(option.name());
        }
    }

    @Test
    void optionsOutsideSpecsAreThoseOfEvaluationAndPlacement() {
        assertThat(Options.container().options().stream()
                        .filter(option -> option.inSpec() == null)
                        .map(Option::name))
                .containsExactlyInAnyOrder("profiles", "hostSelector", "config", "flake", "nixpkgs", "specialArgs");
    }

    @Test
    void changeNamesTheOptions() {
        ContainerSpec plain = spec("{boot: true}");
        ContainerSpec connected =
                spec("{boot: true, privateNetwork: true, hostAddress: 10.0.0.1, localAddress: 10.0.0.2}");
        assertThat(SpecComparison.between(plain, connected).restart())
                .containsExactly("hostAddress", "localAddress", "privateNetwork");
        assertThat(SpecComparison.between(connected, plain)).isEqualTo(SpecComparison.between(plain, connected));
        assertThat(SpecComparison.between(
                                plain, spec("{command: [/bin/true], readiness: notify, killSignal: SIGRTMIN+3}"))
                        .restart())
                .containsExactly("boot", "command");
        assertThat(SpecComparison.between(plain, spec("{boot: true, enableTun: true, copyResolvConf: false}"))
                        .restart())
                .containsExactly("copyResolvConf", "enableTun");
        assertThat(SpecComparison.between(plain, spec("{boot: true, restart: 'no'}"))
                        .live())
                .containsExactly("restart");
    }

    private static List<String> format(String yaml) {
        return problems(yaml).stream().map(DefinitionProblem::format).toList();
    }

    @Test
    void exclusiveOptionsAreAnError() {
        assertThat(format("{boot: true, reloadIfChanged: true}"))
                .containsExactly(
                        "containers.web.reloadIfChanged: only a NixOS system can be switched while it runs, got"
                                + " true (in the definition of web); remove it, or give the system as path,"
                                + " config or flake");
        assertThat(format("{boot: true, host: h1, hostSelector: {zone: north}}"))
                .containsExactly("containers.web.hostSelector: it has an effect only without host, got"
                        + " {\"zone\":\"north\"} (in the definition of web); remove one of the two");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a;id>pwned",
                "$(id)",
                "a&b",
                "br`id`",
                "eth0|id",
                "eth 0",
                "eth\u00e9",
                "eth0\n",
                "a/b",
                "..",
                ".",
                "%d",
                ""
            })
    void anInterfaceIsNamedAsTheKernelAndNoShellReadsIt(String name) throws UnreadableException {
        String quoted = new String(Json.bytes(Json.node(name)), StandardCharsets.UTF_8);
        for (String options : List.of(
                "extraVeths: {%s: {}}",
                "hostBridge: %s", "interfaces: [%s]", "macvlans: [%s]", "extraVeths: {a: {hostBridge: %s}}")) {
            assertThat(problems("{boot: true, privateNetwork: true, " + options.formatted(quoted) + "}"))
                    .as(options)
                    .anyMatch(problem -> problem.remedy().contains("A-Z, a-z, 0-9, '_', '.' and '-'"));
        }
    }

    @Test
    void deviceIsOneWord() {
        assertThat(problems("{boot: true, allowedDevices: [{node: /dev/x rwm, modifier: r}]}"))
                .anyMatch(problem -> problem.message().contains("white space"));
    }
}
