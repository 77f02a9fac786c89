package io.hatchery.runner.service;

import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.UnreadableException;
import io.hatchery.spec.option.DefinitionProblem;
import io.hatchery.spec.option.Evaluator;
import java.util.List;
import java.util.stream.Collectors;

/** What a spec must be for this host's root to carry it out: its topic may be written by others than config-service. */
final class SpecChecks {
    private static final int SHOWN = 3;

    private SpecChecks() {}

    /**
     * Checks a spec.
     *
     * @param container the key of its record
     * @param host this one
     * @throws UnreadableException if it is of another host or container, or not a result of the evaluator
     */
    static void check(ContainerName container, HostName host, ContainerSpec spec) throws UnreadableException {
        if (!spec.name().equals(container)) {
            throw new UnreadableException("it is of container " + spec.name() + ", and its key is " + container);
        }
        if (!spec.host().equals(host)) {
            throw new UnreadableException("it is for host " + spec.host() + ", and this is host " + host);
        }
        List<DefinitionProblem> problems = Evaluator.checkSpec(spec);
        if (!problems.isEmpty()) {
            String more = problems.size() > SHOWN ? "; and " + (problems.size() - SHOWN) + " more" : "";
            throw new UnreadableException(problems.stream()
                            .limit(SHOWN)
                            .map(DefinitionProblem::format)
                            .collect(Collectors.joining("; "))
                    + more);
        }
    }
}
