package io.hatchery.config.system;

import io.hatchery.spec.ContainerName;
import io.hatchery.spec.SystemSource;
import io.hatchery.spec.option.DefinitionProblem;
import java.util.List;
import java.util.Set;

/** Evaluates and builds the NixOS systems of containers in the background. */
public interface Systems {
    /** The progress of a build. */
    sealed interface BuildProgress {}

    /** In progress. */
    record PendingSystem() implements BuildProgress {}

    /**
     * A system.
     *
     * @param path in the store
     */
    record SystemReady(String path) implements BuildProgress {}

    /** The evaluation or build failed. */
    record Failed(List<DefinitionProblem> problems) implements BuildProgress {
        /** Keeps an immutable copy of the problems. */
        public Failed {
            problems = List.copyOf(problems);
        }
    }

    /**
     * The progress of a source. The first call starts the build; a build that the container started for another revision or source is
     * cancelled.
     */
    BuildProgress of(ContainerName container, long revision, SystemSource source);

    /** Cancels the build of a container. */
    void forget(ContainerName container);

    /** Keeps these systems; old builds of other systems may be removed. */
    void keep(Set<String> paths);

    /** The containers whose progress changed since the last call. */
    Set<ContainerName> news();

    /** An implementation that builds nothing. */
    Systems NONE = new Systems() {
        @Override
        public BuildProgress of(ContainerName container, long revision, SystemSource source) {
            return new Failed(List.of(new DefinitionProblem(
                    "containers." + container + "." + source.option(),
                    null,
                    "definition of " + container,
                    "no config-service evaluates systems here",
                    "give an evaluated system as path")));
        }

        @Override
        public void forget(ContainerName container) {}

        @Override
        public void keep(Set<String> paths) {}

        @Override
        public Set<ContainerName> news() {
            return Set.of();
        }
    };
}
