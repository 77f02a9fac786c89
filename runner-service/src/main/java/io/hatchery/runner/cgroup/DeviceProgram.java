package io.hatchery.runner.cgroup;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Closes devices to a control group of the unified hierarchy, which has no controller for them but takes a program: bpf(2). */
public interface DeviceProgram {
    /**
     * Lets processes of the group and of those below it use devices as the rules say and not otherwise.
     *
     * @throws IOException if the kernel does not take the program
     */
    void attach(Path group, List<DeviceRule> rules) throws IOException;
}
