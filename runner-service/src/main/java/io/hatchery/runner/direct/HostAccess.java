package io.hatchery.runner.direct;

import io.hatchery.runner.cgroup.Cgroups;
import io.hatchery.runner.context.BlockingWork;
import io.hatchery.runner.context.Timers;
import io.hatchery.runner.driver.Roots;
import io.hatchery.runner.driver.RunFolders;
import io.hatchery.runner.process.Processes;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Clock;

/**
 * The dependencies of the driver on its host.
 *
 * @param work does what may block
 * @param timers calls back
 * @param clock the time
 * @param processes the host's
 * @param cgroups the containers'
 * @param folders where supervisors record
 * @param launcher begins supervisors
 * @param roots the containers'
 */
@RecordBuilder
public record HostAccess(
        BlockingWork work,
        Timers timers,
        Clock clock,
        Processes processes,
        Cgroups cgroups,
        RunFolders folders,
        Launcher launcher,
        Roots roots) {}
