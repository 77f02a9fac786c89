package io.hatchery.runner.host;

import io.hatchery.runner.plan.NspawnPlan;
import io.hatchery.spec.BindMount;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Payload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Folders of the host in which a container with mapped users writes. What its root makes there belongs to the host's root, so a file
 * with the set-user-id bit would give its rights to each user of the host that runs it.
 *
 * @param enforcer of this host's policy
 * @param supervisor makes mounts
 */
record SharedFolders(PolicyEnforcer enforcer, SupervisorProgram supervisor) {
    /**
     * Keeps other users of the host from running what the container makes.
     *
     * @param allowed by the policy, with users and real paths
     */
    void protect(ContainerSpec allowed) throws IOException {
        if (allowed.confinement() == null || !allowed.confinement().mapsUsers()) {
            return;
        }
        if (!enforcer.of(allowed).isPrivileged()) {
            Path root = Path.of(allowed.root());
            if (allowed.payload() instanceof Payload.SystemPath && root.getParent() != null) {
                Files.createDirectories(root.getParent()); // the start makes the root itself
            }
            close(root);
        }
        for (BindMount bind : allowed.bindMounts()) {
            Path path = Path.of(bind.hostPath());
            if (!bind.isReadOnly() && Files.exists(path)) {
                supervisor.ignoreSetUserId(path.toRealPath());
            }
        }
        if (allowed.payload() instanceof Payload.SystemPath) {
            close(Path.of(NspawnPlan.profiles(allowed.name())));
            close(Path.of(NspawnPlan.gcRoots(allowed.name())));
        }
    }

    /** Programs in a root need their set-user-id bits inside, so its folder is closed to others than root instead. */
    private static void close(Path path) throws IOException {
        Path folder = path.getParent();
        if (folder != null && Files.isDirectory(folder) && !UnixFiles.isClosed(path)) {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        }
    }
}
