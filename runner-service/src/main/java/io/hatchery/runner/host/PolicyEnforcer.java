package io.hatchery.runner.host;

import io.hatchery.spec.BindMount;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.policy.EffectivePolicy;
import io.hatchery.spec.policy.PolicyFacts;
import io.hatchery.spec.policy.PolicyRules;
import io.hatchery.spec.policy.PolicyViolation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Turns specs into what this host's policy makes of them, or refuses them. Any thread may call it. */
public final class PolicyEnforcer {
    private static final int SHOWN = 3;

    private final ContainerPolicy policy;
    /** Where each container can write by its last allowed definition, and by the run that it has or had last. */
    private final Map<ContainerName, List<PolicyFacts.ContainerFolder>> defined = new ConcurrentHashMap<>();

    private final Map<ContainerName, List<PolicyFacts.ContainerFolder>> ran = new ConcurrentHashMap<>();

    public PolicyEnforcer(ContainerPolicy policy) {
        this.policy = policy;
    }

    ContainerPolicy policy() {
        return policy;
    }

    /** What the policy allows a container. */
    EffectivePolicy of(ContainerSpec spec) {
        return policy.policy().of(spec);
    }

    /**
     * Records the folders in which a container can write, because the paths of other containers must not lead through them.
     *
     * @param allowed by {@link #allowed}
     */
    void note(ContainerSpec allowed) {
        defined.put(allowed.name(), folders(allowed));
    }

    /**
     * Records the folders of a run. A run keeps them when the container is defined again without them.
     *
     * @param spec of the run
     */
    void noteRun(ContainerSpec spec) {
        ran.put(spec.name(), folders(spec));
    }

    private List<PolicyFacts.ContainerFolder> folders(ContainerSpec allowed) {
        var written = new ArrayList<PolicyFacts.ContainerFolder>();
        written.add(folder(allowed, allowed.root(), true));
        allowed.bindMounts().stream()
                .filter(bind -> !bind.isReadOnly())
                .forEach(bind -> written.add(folder(allowed, bind.hostPath(), false)));
        return written;
    }

    private PolicyFacts.ContainerFolder folder(ContainerSpec spec, String path, boolean isRoot) {
        String real;
        try {
            real = UnixFiles.realPath(Path.of(path)).toString();
        } catch (IOException e) {
            real = path; // it leads nowhere, and the container does not start
        }
        return new PolicyFacts.ContainerFolder(spec.name().value(), real, isRoot, of(spec).isPrivileged());
    }

    /** Forgets a container that is removed. */
    void forget(ContainerName container) {
        defined.remove(container);
        ran.remove(container);
    }

    /**
     * The spec with users, and below level privileged with paths of the host without links.
     *
     * @throws IOException if the policy refuses it; the message names the rule
     */
    public ContainerSpec allowed(ContainerSpec spec) throws IOException {
        EffectivePolicy effective = of(spec);
        ContainerSpec decided = effective.withUsers(spec);
        if (effective.isPrivileged()) {
            return decided;
        }
        var facts = new HostFacts(
                Stream.concat(defined.entrySet().stream(), ran.entrySet().stream())
                        .filter(entry -> !entry.getKey().equals(spec.name()))
                        .flatMap(entry -> entry.getValue().stream())
                        .toList(),
                policy.ownFolders());
        try {
            List<PolicyViolation> violations = PolicyRules.check(effective, decided, facts);
            if (!violations.isEmpty()) {
                throw new IOException(format(violations));
            }
            List<BindMount> binds = spec.bindMounts().stream()
                    .map(bind -> new BindMount(
                            bind.mountPoint(), facts.resolve(bind.hostPath()).path(), bind.isReadOnly()))
                    .toList();
            return decided.withRoot(facts.resolve(spec.root()).path()).withBindMounts(binds);
        } catch (UncheckedIOException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private static String format(List<PolicyViolation> violations) {
        String more = violations.size() > SHOWN ? "; and " + (violations.size() - SHOWN) + " more" : "";
        return violations.stream().limit(SHOWN).map(PolicyViolation::format).collect(Collectors.joining("; ")) + more;
    }
}
