package io.hatchery.runner.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.spec.BindMount;
import io.hatchery.spec.Confinement;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.ContainerSpecBuilder;
import io.hatchery.spec.Generation;
import io.hatchery.spec.HostName;
import io.hatchery.spec.Payload;
import io.hatchery.spec.Readiness;
import io.hatchery.spec.RestartPolicy;
import io.hatchery.spec.Signal;
import io.hatchery.spec.Span;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class NspawnPlanTest {
    private static ContainerSpec spec(Payload payload, boolean ephemeral, List<BindMount> binds) {
        return spec(payload, ephemeral, binds, null);
    }

    private static ContainerSpec spec(
            Payload payload, boolean ephemeral, List<BindMount> binds, @Nullable Confinement confinement) {
        boolean program = payload instanceof Payload.Program;
        return ContainerSpecBuilder.builder()
                .name(new ContainerName("web"))
                .host(new HostName("host1"))
                .generation(new Generation(1))
                .payload(payload)
                .root("/srv/web")
                .environment(new TreeMap<>(Map.of("A", "b c")))
                .bindMounts(binds)
                .tmpfs(List.of("/scratch"))
                .ephemeral(ephemeral)
                .autoStart(false)
                .restartIfChanged(true)
                .startTimeout(Span.parse("1min"))
                .stopTimeout(Span.parse("3min"))
                .restart(RestartPolicy.ON_FAILURE)
                .readiness(program ? Readiness.STARTED : Readiness.NOTIFY)
                .killSignal(Signal.parse(program ? "SIGTERM" : "SIGRTMIN+3"))
                .confinement(confinement)
                .labels(new TreeMap<>())
                .build();
    }

    @Test
    void bootPlanHasAllFlags() {
        NspawnPlan plan = NspawnPlan.of(
                spec(new Payload.Boot(), false, List.of()), new HostCapabilities(false, false, Set.of("/nix/store")));
        assertThat(plan.arguments())
                .containsExactly(
                        "/usr/bin/systemd-nspawn",
                        "--quiet",
                        "--register=no",
                        "--keep-unit",
                        "-M",
                        "web",
                        "-D",
                        "/srv/web",
                        "--console=pipe",
                        "--settings=no",
                        "--rlimit=RLIMIT_NOFILE=1024:524288",
                        "--resolv-conf=off",
                        "--timezone=off",
                        "--kill-signal=SIGRTMIN+3",
                        "--notify-ready=yes",
                        "--setenv=A=b c",
                        "--tmpfs=/scratch",
                        "--boot");
        assertThat(plan.environment()).doesNotContainKey("SYSTEMD_NSPAWN_UNIFIED_HIERARCHY");
    }

    @Test
    void commandRunsAsPid2WithUnchangedArguments() {
        NspawnPlan plan = NspawnPlan.of(
                spec(new Payload.Program(List.of("/bin/sh", "-c", "echo --boot")), true, List.of()),
                new HostCapabilities(false, true, Set.of()));
        assertThat(plan.arguments())
                .contains("--ephemeral", "--notify-ready=no", "--kill-signal=SIGTERM")
                .endsWith("--as-pid2", "--", "/bin/sh", "-c", "echo --boot");
        assertThat(plan.environment()).containsEntry("SYSTEMD_NSPAWN_UNIFIED_HIERARCHY", "1");
    }

    @Test
    void nixosSystemSeesTheStoreOfTheHost() {
        NspawnPlan plan = NspawnPlan.of(
                spec(new Payload.SystemPath("/nix/store/abc-system"), false, List.of()),
                new HostCapabilities(false, false, Set.of("/nix/store", "/nix/var/nix/profiles/per-container/web")));
        assertThat(plan.arguments())
                .contains(
                        "--bind-ro=/nix/store", "--bind=/nix/var/nix/profiles/per-container/web:/nix/var/nix/profiles")
                .doesNotContain("--bind-ro=/nix/var/nix/db")
                .endsWith("--", "/nix/store/abc-system/init");
    }

    @Test
    void onlyATrustedRootOrPrivateUsersHaveTheirJournalLinked() {
        var host = new HostCapabilities(true, true, Set.of());
        Confinement mapped = new Confinement("pick", List.of(), false, List.of(), List.of(), null);
        assertThat(NspawnPlan.of(spec(new Payload.SystemPath("/nix/store/x"), false, List.of()), host)
                        .arguments())
                .contains("--link-journal=try-guest");
        assertThat(NspawnPlan.of(spec(new Payload.Boot(), false, List.of(), mapped), host)
                        .arguments())
                .contains("--link-journal=try-guest");
        assertThat(NspawnPlan.of(spec(new Payload.Boot(), false, List.of()), host)
                        .arguments())
                .noneMatch(argument -> argument.startsWith("--link-journal"));
    }

    @Test
    void nixDaemonIsReachedOnlyWhenAskedForOrByOtherUsers() {
        for (boolean systemd : List.of(true, false)) {
            assertThat(daemonBinds(systemd, null)).isEmpty();
            assertThat(daemonBinds(systemd, users("identity", null))).isEmpty();
            assertThat(daemonBinds(systemd, users("0", null))).isEmpty();
            assertThat(daemonBinds(systemd, users("no", true))).hasSize(1);
            assertThat(daemonBinds(systemd, users("pick", null))).hasSize(1);
            assertThat(daemonBinds(systemd, users("65536", null))).hasSize(1);
        }
    }

    private static Confinement users(String users, @Nullable Boolean nixDaemon) {
        return new Confinement(users, List.of(), false, List.of(), List.of(), nixDaemon);
    }

    private static List<String> daemonBinds(boolean systemd, @Nullable Confinement confinement) {
        var host = new HostCapabilities(systemd, true, Set.copyOf(NspawnPlan.NIX_READ_ONLY));
        var spec = spec(new Payload.SystemPath("/nix/store/x"), false, List.of(), confinement);
        return NspawnPlan.of(spec, host).arguments().stream()
                .filter(argument -> argument.contains("daemon-socket"))
                .toList();
    }

    @Test
    void colonsAndBackslashesInPathsAreEscaped() {
        NspawnPlan plan = NspawnPlan.of(
                spec(new Payload.Boot(), false, List.of(new BindMount("/in side", "/a:b\\c", true))),
                new HostCapabilities(false, false, Set.of()));
        assertThat(plan.arguments()).anyMatch(argument -> argument.contains("/a\\:b\\\\c"));
    }

    @Test
    void bindsAndRootAreMappedWithTheUsers() {
        var binds = List.of(new BindMount("/rw", "/srv/rw", false), new BindMount("/ro", "/srv/ro", true));
        var spec = spec(new Payload.Boot(), false, binds, users("pick", null));
        var host = new HostCapabilities(false, false, Set.of());
        assertThat(NspawnPlan.of(spec, host).arguments())
                .contains(
                        "--private-users=pick",
                        "--private-users-ownership=auto",
                        "--bind=/srv/rw:/rw:idmap",
                        "--bind-ro=/srv/ro:/ro:idmap");
        assertThat(NspawnPlan.of(spec, host.withUnmappable(Set.of("/srv/ro"))).arguments())
                .contains("--bind-ro=/srv/ro:/ro");
        var same = spec(new Payload.Boot(), false, binds, users("identity", null));
        assertThat(NspawnPlan.of(same, host).arguments())
                .contains("--bind=/srv/rw:/rw")
                .noneMatch(argument -> argument.contains("ownership"));
    }

    /** A root whose ids are in a range already is not mapped a second time: its files would have the owner nobody. */
    @Test
    void rootOfARangeIsNotMappedAgain() {
        HostCapabilities host = new HostCapabilities(false, false, Set.of()).withRootIsShifted(true);
        assertThat(NspawnPlan.of(spec(new Payload.Boot(), false, List.of(), users("pick", null)), host)
                        .arguments())
                .contains("--private-users-ownership=chown");
        assertThat(NspawnPlan.of(spec(new Payload.Boot(), false, List.of(), users("131072", null)), host)
                        .arguments())
                .contains("--private-users-ownership=off");
    }

    @Test
    void checkedPathsMustStayWithoutLinks() {
        HostCapabilities host = new HostCapabilities(false, false, Set.of()).withPathsAreReal(true);
        var spec = spec(new Payload.Boot(), false, List.of(new BindMount("/d", "/srv/d", true)));
        assertThat(NspawnPlan.of(spec, host).before())
                .contains(new SetupStep.RealPath("/srv/web"), new SetupStep.RealPath("/srv/d"));
        assertThat(NspawnPlan.of(spec, host.withPathsAreReal(false)).before())
                .noneMatch(SetupStep.RealPath.class::isInstance);
    }
}
