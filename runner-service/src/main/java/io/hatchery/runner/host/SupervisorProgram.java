package io.hatchery.runner.host;

import io.hatchery.runner.cgroup.DeviceProgram;
import io.hatchery.runner.cgroup.DeviceRule;
import io.hatchery.runner.process.ProcessRef;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code hatchery-supervisor}, which does what takes a small process of one thread.
 *
 * @param path of the program on this host
 */
public record SupervisorProgram(Path path) implements DeviceProgram {
    private static final String NAME = "hatchery-supervisor";

    /** The one beside this program's jars; the system property {@code hatchery.supervisor} names another. */
    public static SupervisorProgram installed() {
        String named = System.getProperty("hatchery.supervisor");
        if (named != null) {
            return new SupervisorProgram(Path.of(named));
        }
        try {
            Path code = Path.of(SupervisorProgram.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            return new SupervisorProgram(code.resolveSibling(NAME));
        } catch (URISyntaxException e) {
            throw new IllegalStateException("the place of this program's jars is no path", e);
        }
    }

    /**
     * What runs a command inside a container with the rights of its leader.
     *
     * @param command the program, by its absolute path inside, and its arguments
     * @throws IOException if it is not installed
     */
    public List<String> enter(long leader, List<String> command) throws IOException {
        requireInstalled();
        var all = new ArrayList<>(List.of(path.toString(), "enter", Long.toString(leader), "--"));
        all.addAll(command);
        return all;
    }

    /**
     * What runs a session inside a container.
     *
     * @throws IOException if it is not installed
     */
    public List<String> session(ProcessRef leader) throws IOException {
        requireInstalled();
        return List.of(
                path.toString(),
                "session",
                "--start-time",
                Long.toString(leader.startTime()),
                Long.toString(leader.pid()));
    }

    /**
     * What holds one run of a container.
     *
     * @param arguments see {@code supervise} of the program
     * @throws IOException if it is not installed
     */
    public List<String> supervise(List<String> arguments) throws IOException {
        requireInstalled();
        var all = new ArrayList<>(List.of(path.toString(), "supervise"));
        all.addAll(arguments);
        return all;
    }

    @Override
    public void attach(Path group, List<DeviceRule> rules) throws IOException {
        requireInstalled();
        var command = new ArrayList<>(List.of(path.toString(), "close-devices", group.toString()));
        rules.forEach(rule -> command.add(rule.argument()));
        HostProgram.ProgramResult answer = HostProgram.answer(command.toArray(String[]::new));
        if (answer.status() != 0) {
            throw new IOException("the container's devices cannot be closed: "
                    + answer.output().strip());
        }
    }

    /**
     * Makes the kernel ignore set-user-id bits below a path of the host, unless no other user reaches it.
     *
     * @throws IOException if it cannot
     */
    void ignoreSetUserId(Path real) throws IOException {
        requireInstalled();
        HostProgram.ProgramResult answer = HostProgram.answer(path.toString(), "ignore-set-user-id", real.toString());
        if (answer.status() != 0) {
            throw new IOException("the container could give the host's users files of root in " + real + ": "
                    + answer.output().strip() + "; bind it read-only, or mount its file system with nosuid");
        }
    }

    /**
     * Whether the file system of a path can be mounted with mapped users.
     *
     * @throws IOException if it cannot be found out
     */
    boolean mapsUsers(Path real) throws IOException {
        requireInstalled();
        HostProgram.ProgramResult answer = HostProgram.answer(path.toString(), "maps-users", real.toString());
        if (answer.status() > 1) {
            throw new IOException(answer.output().strip());
        }
        return answer.status() == 0;
    }

    private void requireInstalled() throws IOException {
        if (!Files.isExecutable(path)) {
            throw new IOException("there is no program " + path + ": install Hatchery again, or build it: mvn package");
        }
    }
}
