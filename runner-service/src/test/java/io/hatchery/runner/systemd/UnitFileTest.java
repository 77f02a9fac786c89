package io.hatchery.runner.systemd;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.runner.plan.NspawnPlan;
import io.hatchery.runner.plan.SetupStep;
import io.hatchery.spec.Payload;
import io.hatchery.spec.Signal;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class UnitFileTest {
    private static final Path SUPERVISOR = Path.of("/var/lib/hatchery/runner/programs/hatchery-supervisor-0");
    private static final Path FOLDER = Path.of("/run/hatchery/u/web");

    private static NspawnPlan plan(
            List<String> arguments, Map<String, List<String>> directives, List<SetupStep> after) {
        return new NspawnPlan(
                new TreeMap<>(Map.of("PATH", "/bin")), arguments, new TreeMap<>(directives), List.of(), after);
    }

    private static List<String> lines(NspawnPlan plan, Payload payload) {
        return UnitFile.of(
                        plan,
                        SUPERVISOR,
                        FOLDER,
                        new UnitEnvironment(new TreeMap<>()),
                        payload,
                        Signal.parse("SIGRTMIN+3"))
                .lines()
                .toList();
    }

    @Test
    void argumentsReachNspawnAsTheyAre() {
        assertThat(lines(
                        plan(List.of("/bin/nspawn", "a b", "100%", "$HOME", "q\"\\", "t\tn\n"), Map.of(), List.of()),
                        new Payload.Boot()))
                .contains("ExecStart=\"/bin/nspawn\" \"a b\" \"100%%\" \"$$HOME\" \"q\\\"\\\\\" \"t\\tn\\n\"");
    }

    @Test
    void noCharacterOfAValueEndsItsLine() {
        String value = "a\rExecStartPre=/bin/touch /pwned\r\n\u0001\u007f\u0085";
        NspawnPlan plan = new NspawnPlan(
                new TreeMap<>(Map.of("A", value)),
                List.of("/bin/nspawn", "--setenv=A=" + value),
                new TreeMap<>(Map.of("RequiresMountsFor", List.of("/x" + value))),
                List.of(),
                List.of());
        String text = UnitFile.of(
                plan,
                SUPERVISOR,
                FOLDER,
                new UnitEnvironment(new TreeMap<>()),
                new Payload.Boot(),
                Signal.parse("SIGTERM"));
        String quoted = "a\\x0dExecStartPre=/bin/touch /pwned\\x0d\\n\\x01\\x7f\\u0085\"";
        assertThat(text).contains("Environment=\"A=" + quoted, "\"--setenv=A=" + quoted, "\"/x" + quoted);
        assertThat(text.chars().filter(c -> c != '\n' && Character.isISOControl(c)))
                .isEmpty();
    }

    @Test
    void valuesOfTheEnvironmentAreInAFileOfTheirOwn() {
        var variables = new TreeMap<>(Map.of("A", "se\"cr\\et $X `y`\n100%", "PATH", "/evil"));
        List<String> arguments =
                List.of("/bin/nspawn", "--setenv=A=" + variables.get("A"), "--setenv=PATH=/evil", "--boot");
        var environment = new UnitEnvironment(variables);
        String text = UnitFile.of(
                plan(arguments, Map.of(), List.of()),
                SUPERVISOR,
                FOLDER,
                environment,
                new Payload.Boot(),
                Signal.parse("SIGTERM"));
        assertThat(text)
                .contains("EnvironmentFile=/run/hatchery/u/web/environment\n")
                .contains("ExecStart=\"/bin/nspawn\" \"--setenv=A=${HATCHERY_VALUE_0}\""
                        + " \"--setenv=PATH=${HATCHERY_VALUE_1}\" \"--boot\"")
                .doesNotContain("se\"cr", "et $X", "/evil");
        assertThat(environment.file())
                .isEqualTo("HATCHERY_VALUE_0=\"se\\\"cr\\\\et \\$X \\`y\\`\n100%\"\nHATCHERY_VALUE_1=\"/evil\"\n");
    }

    @Test
    void directivesAreInTheirSections() {
        var directives = Map.of(
                "Description", List.of("Container web"),
                "WantedBy", List.of("machines.target"),
                "RequiresMountsFor", List.of("/a b", "/50%"),
                "DeviceAllow", List.of("/dev/x rw", "char-tty r", "/d\\ev/\"50%\" rwm"),
                "CPUQuota", List.of("50%"));
        var text = String.join("\n", lines(plan(List.of("/bin/nspawn"), directives, List.of()), new Payload.Boot()));
        String unit = text.substring(text.indexOf("[Unit]"), text.indexOf("[Service]"));
        String service = text.substring(text.indexOf("[Service]"), text.indexOf("[Install]"));
        assertThat(unit)
                .contains("Description=Container web", "RequiresMountsFor=\"/a b\"\nRequiresMountsFor=\"/50%%\"");
        assertThat(service)
                .contains(
                        "CPUQuota=50%\n",
                        "DeviceAllow=\"/dev/x\" rw\nDeviceAllow=\"char-tty\" r\nDeviceAllow=\"/d\\\\ev/\\\"50%%\\\"\" rwm");
        assertThat(text).endsWith("[Install]\nWantedBy=machines.target");
    }

    @Test
    void supervisorStartsNspawnOnlyWithANetworkToConfigure() {
        assertThat(lines(plan(List.of("/bin/nspawn"), Map.of(), List.of()), new Payload.Boot()))
                .noneMatch(line -> line.startsWith("NotifyAccess"));
        List<SetupStep> after = List.of(new SetupStep.Ip(SetupStep.Side.HOST, List.of("link")));
        assertThat(lines(plan(List.of("/bin/nspawn"), Map.of(), after), new Payload.Boot()))
                .contains(
                        "NotifyAccess=all",
                        "ExecStart=\"/var/lib/hatchery/runner/programs/hatchery-supervisor-0\" \"unit\""
                                + " \"network\" \"/run/hatchery/u/web\" \"/bin/nspawn\"");
    }

    @Test
    void programBehindTheStubInitIsSignalledAtAStop() {
        assertThat(lines(plan(List.of("/bin/nspawn"), Map.of(), List.of()), new Payload.Program(List.of("/bin/x"))))
                .contains("ExecStop=\"/var/lib/hatchery/runner/programs/hatchery-supervisor-0\" \"unit\""
                        + " \"stop\" \"/run/hatchery/u/web\" \"37\"");
    }

    @Test
    void reloadSwitchesANixosSystem() {
        assertThat(lines(plan(List.of("/bin/nspawn"), Map.of(), List.of()), new Payload.SystemPath("/nix/store/x-web")))
                .contains("ExecReload=\"/var/lib/hatchery/runner/programs/hatchery-supervisor-0\" \"unit\""
                        + " \"reload\" \"/run/hatchery/u/web\""
                        + " \"/nix/store/x-web/bin/switch-to-configuration\" \"test\"");
    }
}
