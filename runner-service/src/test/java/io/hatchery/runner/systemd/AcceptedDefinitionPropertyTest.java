package io.hatchery.runner.systemd;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.runner.plan.HostCapabilities;
import io.hatchery.runner.plan.NspawnPlan;
import io.hatchery.runner.plan.SetupStep;
import io.hatchery.runner.plan.SetupStepLines;
import io.hatchery.spec.BindMount;
import io.hatchery.spec.Confinement;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Device;
import io.hatchery.spec.Generation;
import io.hatchery.spec.HostName;
import io.hatchery.spec.Payload;
import io.hatchery.spec.option.EvaluationResult;
import io.hatchery.spec.option.Evaluator;
import io.hatchery.spec.policy.HostPolicy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** No accepted definition makes an argument of nspawn, a line of a unit, or a path that its options do not mean. */
class AcceptedDefinitionPropertyTest {
    private static final long SEED = Long.getLong("seed", 1);
    private static final int CASES = Integer.getInteger("cases", 5_000);

    private static final Path SUPERVISOR = Path.of("/var/lib/hatchery/runner/programs/hatchery-supervisor-0");
    private static final Path FOLDER = Path.of("/run/hatchery/u/web");
    private static final ContainerName NAME = new ContainerName("web");

    private static final String INTERFACE = "[A-Za-z0-9_.][A-Za-z0-9_.-]*";
    /** Each argument before those of the definition's own flags. Values that may be anything are checked one by one. */
    private static final Pattern ARGUMENT = Pattern.compile("--(quiet|register=no|keep-unit|console=pipe|settings=no"
            + "|rlimit=RLIMIT_NOFILE=1024:524288|resolv-conf=off|timezone=off|kill-signal=SIG[A-Z0-9+-]+|notify-ready=(yes|no)"
            + "|ephemeral|link-journal=try-guest|private-users=(pick|identity|[0-9]+)|private-users-ownership=(auto|chown|off)"
            + "|capability=CAP_[A-Z_]+(,CAP_[A-Z_]+)*|private-network|network-veth|port=(tcp|udp):[0-9]+:[0-9]+"
            + "|network-(bridge|veth-extra|interface|macvlan)=" + INTERFACE + ")");

    private static final Set<String> SECTIONS = Set.of("[Unit]", "[Service]", "[Install]");
    private static final Set<String> KEYS = Set.of(
            "After",
            "CPUQuota",
            "CPUWeight",
            "Delegate",
            "Description",
            "DeviceAllow",
            "DevicePolicy",
            "Environment",
            "EnvironmentFile",
            "ExecReload",
            "ExecStart",
            "ExecStartPre",
            "ExecStop",
            "ExecStopPost",
            "IOWeight",
            "KillMode",
            "KillSignal",
            "MemoryHigh",
            "MemoryMax",
            "NotifyAccess",
            "RequiresMountsFor",
            "Restart",
            "RestartForceExitStatus",
            "RestartSec",
            "Slice",
            "StartLimitIntervalSec",
            "SuccessExitStatus",
            "SyslogIdentifier",
            "TasksMax",
            "TimeoutStartFailureMode",
            "TimeoutStartSec",
            "TimeoutStopSec",
            "Type",
            "WantedBy");
    /** The only ones that may be there more than once. */
    private static final Set<String> REPEATED = Set.of("After", "RequiresMountsFor", "DeviceAllow", "Environment");

    @Test
    void acceptedDefinitionsMeanNoMoreThanTheirOptions() throws Exception {
        var definitions = new RandomDefinitions(new SplittableRandom(SEED));
        int accepted = 0;
        for (int i = 0; i < CASES; i++) {
            ContainerDefinition definition = definitions.next();
            if (Evaluator.evaluate(NAME, definition, Map.of()) instanceof EvaluationResult.Good good
                    && good.source() == null) {
                accepted++;
                try {
                    check(good.at(new HostName("h1"), Generation.FIRST));
                } catch (AssertionError | RuntimeException e) {
                    throw new AssertionError("case " + i + " of seed " + SEED + ": " + definition.options(), e);
                }
            }
        }
        assertThat(accepted).as("accepted definitions of %d", CASES).isGreaterThan(CASES / 10);
    }

    private static void check(ContainerSpec spec) {
        assertThat(Evaluator.checkSpec(spec)).isEmpty();
        var nix = new HashSet<>(NspawnPlan.NIX_READ_ONLY);
        nix.add(NspawnPlan.profiles(NAME));
        nix.add(NspawnPlan.gcRoots(NAME));
        for (boolean systemd : List.of(true, false)) {
            ContainerSpec decided = HostPolicy.DEFAULT.of(spec).withUsers(spec);
            NspawnPlan plan = NspawnPlan.of(decided, new HostCapabilities(systemd, true, nix).withPathsAreReal(true));
            arguments(decided, plan.arguments());
            steps(decided, plan);
            unit(decided, plan);
        }
    }

    /** Consumes the arguments from the front; the payload's and the definition's flags are compared as a whole. */
    private static void arguments(ContainerSpec spec, List<String> arguments) {
        assertThat(arguments.getFirst()).isEqualTo("/usr/bin/systemd-nspawn");
        List<String> payload = payload(spec.payload());
        List<String> flags =
                spec.confinement() == null ? List.of() : spec.confinement().extraFlags();
        flags.forEach(flag -> assertThat(flag).matches("--[a-z0-9][a-z0-9-]*(=[^\\p{Cntrl}]*)?"));
        var last = new ArrayList<>(flags);
        last.addAll(payload);
        int own = arguments.size() - last.size();
        assertThat(arguments.subList(own, arguments.size())).isEqualTo(last);
        var binds = new ArrayList<BindMount>();
        for (int i = 1; i < own; i++) {
            String argument = arguments.get(i);
            if (argument.equals("-M")) {
                i++;
                assertThat(arguments.get(i)).isEqualTo(spec.name().value());
            } else if (argument.equals("-D")) {
                i++;
                assertThat(arguments.get(i)).isEqualTo(spec.root());
                path(spec.root());
            } else if (argument.startsWith("--setenv=")) {
                String[] pair = argument.substring("--setenv=".length()).split("=", 2);
                assertThat(pair[0]).matches("[A-Za-z_][A-Za-z0-9_]*");
                assertThat(pair[1]).isEqualTo(spec.environment().get(pair[0]));
            } else if (argument.startsWith("--tmpfs=")) {
                String tmpfs = argument.substring("--tmpfs=".length());
                assertThat(spec.tmpfs()).contains(tmpfs);
                path(fields(tmpfs).getFirst());
            } else if (argument.startsWith("--bind")) {
                bind(argument, spec, binds);
            } else if (argument.startsWith("--network-namespace-path=")) {
                path(argument.substring("--network-namespace-path=".length()));
            } else {
                assertThat(argument).matches(ARGUMENT);
            }
        }
        assertThat(binds).isEqualTo(spec.bindMounts());
    }

    private static void bind(String argument, ContainerSpec spec, List<BindMount> found) {
        boolean readOnly = argument.startsWith("--bind-ro=");
        List<String> parts = fields(argument.substring(argument.indexOf('=') + 1));
        assertThat(parts.size()).isBetween(1, 3);
        path(parts.getFirst());
        if (parts.size() == 3) {
            assertThat(parts.get(2)).isEqualTo("idmap");
        }
        if (!parts.getFirst().startsWith("/nix/") || !(spec.payload() instanceof Payload.SystemPath)) {
            path(parts.get(1));
            found.add(new BindMount(parts.get(1), parts.getFirst(), readOnly));
        }
    }

    /** What is between colons: systemd-nspawn(1), --bind. */
    private static List<String> fields(String text) {
        var fields = new ArrayList<String>();
        var field = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\' && i + 1 < text.length()) {
                i++;
                field.append(text.charAt(i));
            } else if (c == ':') {
                fields.add(field.toString());
                field.setLength(0);
            } else {
                field.append(c);
            }
        }
        fields.add(field.toString());
        return fields;
    }

    private static void path(String path) {
        assertThat(path).startsWith("/").doesNotContain("\0", "\n", "\r");
        assertThat(List.of(path.split("/"))).doesNotContain("..", ".");
    }

    private static List<String> payload(Payload payload) {
        var words = new ArrayList<String>();
        switch (payload) {
            case Payload.Boot() -> words.add("--boot");
            case Payload.SystemPath(String path) -> words.addAll(List.of("--", path + "/init"));
            case Payload.Program(List<String> command) -> {
                words.addAll(List.of("--as-pid2", "--"));
                words.addAll(command);
            }
        }
        return words;
    }

    private static void steps(ContainerSpec spec, NspawnPlan plan) {
        var steps = new ArrayList<>(plan.before());
        steps.addAll(plan.after());
        for (SetupStep step : steps) {
            switch (step) {
                case SetupStep.Directory(String path, String mode) ->
                    assertThat(path).startsWith(spec.root());
                case SetupStep.EmptyFile(String path) -> assertThat(path).startsWith(spec.root() + "/etc/");
                case SetupStep.Copy(String from, String to) -> {
                    assertThat(from).isEqualTo("/etc/resolv.conf");
                    assertThat(to).isEqualTo(spec.root() + "/etc/resolv.conf");
                }
                case SetupStep.RealPath(String path) -> path(path);
                case SetupStep.RemoveInterface(String name, String alias) -> {
                    assertThat(name).matches(INTERFACE);
                    assertThat(alias).isEqualTo("hatchery:web");
                }
                case SetupStep.RemoveForward(String protocol, int port) ->
                    assertThat(protocol).matches("tcp|udp");
                case SetupStep.KernelSetting(String path, String value) ->
                    assertThat(path + value).isEqualTo("/proc/sys/net/ipv4/ip_forward1");
                case SetupStep.Ip(SetupStep.Side side, List<String> words) ->
                    words.forEach(word -> assertThat(word).matches("-6|[A-Za-z0-9_.:/][A-Za-z0-9_.:/-]*"));
            }
        }
        String lines = SetupStepLines.of(steps);
        assertThat(lines.lines().count()).isEqualTo(steps.size());
        assertThat(lines.chars().filter(c -> c == '\n').count()).isEqualTo(steps.size());
    }

    private static void unit(ContainerSpec spec, NspawnPlan plan) {
        var environment = new UnitEnvironment(spec.environment());
        String text = UnitFile.of(plan, SUPERVISOR, FOLDER, environment, spec.payload(), spec.killSignal());
        Map<String, String> variables = UnitReader.variables(environment.file());
        assertThat(List.copyOf(variables.values()))
                .containsExactlyInAnyOrderElementsOf(spec.environment().values());
        var seen = new HashSet<String>();
        var mounts = new ArrayList<String>();
        var devices = new ArrayList<Device>();
        for (UnitReader.Directive directive : UnitReader.directives(text)) {
            String key = directive.key();
            assertThat(SECTIONS).contains(directive.section());
            assertThat(KEYS).contains(key);
            assertThat(seen.add(key) || REPEATED.contains(key))
                    .as("%s is there twice", key)
                    .isTrue();
            switch (key) {
                case "ExecStart" -> {
                    List<String> words = UnitReader.command(directive.value(), variables);
                    assertThat(words.subList(words.indexOf("/usr/bin/systemd-nspawn"), words.size()))
                            .isEqualTo(plan.arguments());
                    assertThat(words.indexOf("/usr/bin/systemd-nspawn"))
                            .isEqualTo(plan.after().isEmpty() ? 0 : 4);
                }
                case "ExecStartPre", "ExecStop", "ExecStopPost", "ExecReload" ->
                    assertThat(UnitReader.command(directive.value(), Map.of()).subList(0, 2))
                            .containsExactly(SUPERVISOR.toString(), "unit");
                case "RequiresMountsFor" -> {
                    List<String> words = UnitReader.words(directive.value(), false);
                    assertThat(words).hasSize(1);
                    mounts.add(UnitReader.withoutSpecifiers(words.getFirst()));
                }
                case "DeviceAllow" -> {
                    List<String> words = UnitReader.words(UnitReader.withoutSpecifiers(directive.value()), false);
                    assertThat(words).hasSize(2);
                    devices.add(new Device(words.getFirst(), words.getLast()));
                }
                default -> assertThat(directive.value()).doesNotContain("$").matches("[^\\p{Cntrl}]*");
            }
        }
        assertThat(mounts).contains(spec.root());
        Confinement confinement = spec.confinement();
        if (confinement != null) {
            assertThat(devices).containsAll(confinement.allowedDevices());
        }
    }
}
