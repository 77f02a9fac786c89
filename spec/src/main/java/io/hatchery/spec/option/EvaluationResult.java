package io.hatchery.spec.option;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Generation;
import io.hatchery.spec.HostName;
import io.hatchery.spec.SystemSource;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What an evaluation gives: either everything that is wrong, or a spec that only wants its place and count. */
public sealed interface EvaluationResult {
    /** The definition cannot be right. */
    record Bad(List<DefinitionProblem> problems) implements EvaluationResult {
        /** Keeps an immutable copy of the problems. */
        public Bad {
            problems = List.copyOf(problems);
        }
    }

    /**
     * The definition is right.
     *
     * @param name the container
     * @param hostSelector labels that its host is to have, where it names none
     * @param source what its system is to be evaluated from; null if it runs something that is there already
     * @param values every other option, merged, checked and defaulted, in the form of {@link ContainerSpec}'s JSON
     */
    record Good(
            ContainerName name,
            SortedMap<String, String> hostSelector,
            @Nullable SystemSource source,
            ObjectNode values)
            implements EvaluationResult {
        /** Keeps an immutable copy of the labels. */
        public Good {
            hostSelector = Collections.unmodifiableSortedMap(new TreeMap<>(hostSelector));
        }

        /** The host that the definition names, if it names one. */
        public Optional<HostName> host() {
            JsonNode host = values.get("host");
            return host == null ? Optional.empty() : Optional.of(new HostName(host.textValue()));
        }

        /** The spec of a container that runs something which is there already, placed and counted. */
        public ContainerSpec at(HostName host, Generation generation) {
            return at(host, generation, null);
        }

        /**
         * The spec, placed and counted.
         *
         * @param system absolute path of the system that came of the source; null if there is no source
         */
        public ContainerSpec at(HostName host, Generation generation, @Nullable String system) {
            ObjectNode json = values.deepCopy();
            if (source != null) {
                json.putObject("payload").put("type", "path").put("path", system);
            }
            json.put("name", name.value()).put("host", host.value()).put("generation", generation.value());
            try {
                return Json.convert(json, ContainerSpec.class);
            } catch (UnreadableException e) {
                throw new IllegalStateException("the evaluator made a spec that cannot be read: " + json, e);
            }
        }
    }
}
