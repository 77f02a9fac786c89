package io.hatchery.runner.plan;

import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Payload;
import java.util.ArrayList;
import java.util.List;

/** What a root needs before nspawn takes it for an operating system's, as NixOS's module has it. */
final class RootPlan {
    private static final String OPEN = "0755";
    private static final String CLOSED = "0700";

    private RootPlan() {}

    static List<SetupStep> of(ContainerSpec spec) {
        String root = spec.root();
        var steps = new ArrayList<SetupStep>();
        if (spec.payload() instanceof Payload.SystemPath) {
            steps.add(new SetupStep.Directory(root, OPEN));
        }
        steps.add(new SetupStep.Directory(root + "/etc", OPEN));
        steps.add(new SetupStep.Directory(root + "/var", OPEN));
        steps.add(new SetupStep.Directory(root + "/var/lib", OPEN));
        steps.add(new SetupStep.Directory(root + "/var/lib/private", CLOSED));
        steps.add(new SetupStep.Directory(root + "/root", CLOSED));
        steps.add(new SetupStep.Directory(root + "/usr", OPEN));
        steps.add(new SetupStep.Directory(root + "/usr/bin", OPEN));
        steps.add(new SetupStep.EmptyFile(root + "/etc/os-release"));
        steps.add(new SetupStep.EmptyFile(root + "/etc/machine-id"));
        if (spec.copyResolvConf() == null || spec.copyResolvConf()) {
            steps.add(new SetupStep.Copy("/etc/resolv.conf", root + "/etc/resolv.conf"));
        }
        return steps;
    }
}
