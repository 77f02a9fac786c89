package io.hatchery.runner.nspawn;

import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Payload;
import java.util.ArrayList;
import java.util.List;

/** What a root needs before nspawn takes it for an operating system's, as NixOS's module has it. */
final class RootPlan {
    private static final String OPEN = "0755";
    private static final String CLOSED = "0700";

    private RootPlan() {}

    static List<Step> of(ContainerSpec spec) {
        String root = spec.root();
        var steps = new ArrayList<Step>();
        if (spec.payload() instanceof Payload.SystemPath) {
            steps.add(new Step.Directory(root, OPEN));
        }
        steps.add(new Step.Directory(root + "/etc", OPEN));
        steps.add(new Step.Directory(root + "/var", OPEN));
        steps.add(new Step.Directory(root + "/var/lib", OPEN));
        steps.add(new Step.Directory(root + "/var/lib/private", CLOSED));
        steps.add(new Step.Directory(root + "/root", CLOSED));
        steps.add(new Step.Directory(root + "/usr", OPEN));
        steps.add(new Step.Directory(root + "/usr/bin", OPEN));
        steps.add(new Step.EmptyFile(root + "/etc/os-release"));
        steps.add(new Step.EmptyFile(root + "/etc/machine-id"));
        if (spec.copyResolvConf() == null || spec.copyResolvConf()) {
            steps.add(new Step.Copy("/etc/resolv.conf", root + "/etc/resolv.conf"));
        }
        return steps;
    }
}
