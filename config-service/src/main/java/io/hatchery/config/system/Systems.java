package io.hatchery.config.system;

import io.hatchery.spec.ContainerName;
import io.hatchery.spec.SystemSource;
import io.hatchery.spec.option.DefinitionProblem;
import java.util.List;
import java.util.Set;

/** Evaluates and builds the systems of containers, while others go on. */
public interface Systems {
    /** What has come of a source. */
    sealed interface BuildProgress {}

    /** Nothing yet. */
    record PendingSystem() implements BuildProgress {}

    /**
     * A system.
     *
     * @param path in the store
     */
    record SystemReady(String path) implements BuildProgress {}

    /** It cannot be evaluated or built. */
    record Failed(List<DefinitionProblem> problems) implements BuildProgress {
        /** Keeps an immutable copy of the problems. */
        public Failed {
            problems = List.copyOf(problems);
        }
    }

    /**
     * What has come of a source. Whoever asks first has it begun; what the same container had begun for another revision or source is
     * given up.
     */
    BuildProgress of(ContainerName container, long revision, SystemSource source);

    /** Nobody asks again for what the container has begun. */
    void forget(ContainerName container);

    /** Containers have these systems; what else was built may go when it is old. */
    void keep(Set<String> paths);

    /** Those whose progress is another than it was when this was asked last. */
    Set<ContainerName> news();

    /** For services that evaluate nothing. */
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
