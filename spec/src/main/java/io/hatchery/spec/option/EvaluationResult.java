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

/** The result of an evaluation: all errors, or a spec without its host and generation. */
public sealed interface EvaluationResult {
    /** The definition has errors. */
    record Bad(List<DefinitionProblem> problems) implements EvaluationResult {
        /** Keeps an immutable copy of the problems. */
        public Bad {
            problems = List.copyOf(problems);
        }
    }

    /**
     * The definition has no errors.
     *
     * @param name the container
     * @param hostSelector labels that the host must have, if the definition names no host
     * @param source the source of its NixOS system; null if nothing must be evaluated
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

        /** The host that the definition names; empty if it names none. */
        public Optional<HostName> host() {
            JsonNode host = values.get("host");
            return host == null ? Optional.empty() : Optional.of(new HostName(host.textValue()));
        }

        /** The spec on a host, for a container without a source. */
        public ContainerSpec at(HostName host, Generation generation) {
            return at(host, generation, null);
        }

        /**
         * The spec, placed and counted.
         *
         * @param system absolute path of the system that came of the source; null if there is no source
         */
        public ContainerSpec at(HostName host, Generation generation, @Nullable String system) {
            // The inner values are shared: they are only read.
            ObjectNode json = Json.object().setAll(values);
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
