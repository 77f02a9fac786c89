package io.hatchery.runner.nspawn;

import io.hatchery.runner.cgroup.CgroupLayout;
import io.hatchery.runner.cgroup.CgroupTree;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Payload;
import java.io.File;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Begins {@code shim.pl}, in a session and in control groups of its own, so that it outlives this process. */
public final class ShimLauncher implements Launcher {
    private static final int SPAWN_PATIENCE_SECONDS = 10;

    private final DirectSettings settings;
    private final CgroupTree cgroups;
    private final Path shim;

    /**
     * Writes the shim down where a run can find it.
     *
     * @throws IOException if the runtime folder cannot be made ready
     */
    public ShimLauncher(DirectSettings settings, CgroupTree cgroups) throws IOException {
        this.settings = settings;
        this.cgroups = cgroups;
        this.shim = settings.installShim();
    }

    @Override
    public void launch(ContainerSpec spec, long run) throws IOException {
        List<Path> groups = cgroups.create(spec.name());
        List<Path> outside = cgroups.createOutside();
        Files.createDirectories(settings.consoles());
        NspawnPlan plan = NspawnPlan.of(resolved(spec), facts(spec.name()));
        Files.writeString(settings.directory(spec.name(), run).resolve("after"), script(plan.after()));
        Path console = settings.console(spec.name());
        var command = new ArrayList<>(List.of("/usr/bin/setsid", "--fork", "/usr/bin/perl", shim.toString()));
        command.add(settings.directory(spec.name(), run).toString());
        command.add(console.toString());
        command.add(Long.toString(settings.consoleBytes()));
        outside.forEach(group -> command.add(group.toString()));
        command.add("--");
        groups.forEach(group -> command.add(group.toString()));
        command.add("--");
        command.addAll(plan.arguments());
        var builder = new ProcessBuilder(command)
                .directory(new File("/"))
                .redirectInput(new File("/dev/null"))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.appendTo(console.toFile()));
        builder.environment().clear();
        builder.environment().putAll(plan.environment());
        await(builder.start(), console);
    }

    /** As the shim reads it: a line a call, the side and each argument apart by tabs, which no argument has. */
    private static String script(List<Step> steps) {
        var script = new StringBuilder();
        for (Step step : steps) {
            if (!(step instanceof Step.Ip(Step.Side side, List<String> arguments))) {
                throw new IllegalArgumentException("the shim cannot do " + step);
            }
            script.append(side.word())
                    .append('\t')
                    .append(String.join("\t", arguments))
                    .append('\n');
        }
        return script.toString();
    }

    private static void await(Process process, Path console) throws IOException {
        try {
            if (!process.waitFor(SPAWN_PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException("setsid could not begin the shim, see " + console);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while the shim began");
        }
    }

    /** A profile link is resolved once, at the start, so that the run has one system even when the link moves on. */
    private static ContainerSpec resolved(ContainerSpec spec) throws IOException {
        if (!(spec.payload() instanceof Payload.SystemPath(String path))) {
            return spec;
        }
        Path system = Path.of(path);
        if (!Files.exists(system.resolve("init"))) {
            throw new IOException("path: there is no " + path + "/init on this host");
        }
        String real = system.toRealPath().toString();
        return spec.withPayload(new Payload.SystemPath(real));
    }

    private HostFacts facts(ContainerName name) {
        boolean unified = cgroups.layout().mode() == CgroupLayout.Mode.V2;
        return new HostFacts(
                false,
                unified,
                Stream.concat(
                                NspawnPlan.NIX_READ_ONLY.stream(),
                                Stream.of(NspawnPlan.profiles(name), NspawnPlan.gcRoots(name)))
                        .filter(path -> Files.exists(Path.of(path)))
                        .collect(Collectors.toSet()));
    }
}
