package io.hatchery.config.system;

import io.hatchery.nix.NixFailure;
import io.hatchery.nix.NixLine;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.SystemSource;
import io.hatchery.spec.option.DefinitionLimits;
import io.hatchery.spec.option.DefinitionProblem;
import java.io.IOException;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Errors of evaluations and builds, in terms of the author's source. Pure. */
final class SystemFailure {
    private static final Pattern OWN = Pattern.compile("/nix/store/[0-9a-z]{32}-hatchery-config/");
    private static final int LONGEST_TRACE = 15;
    private static final String MEND = "mend it and apply it again";

    private SystemFailure() {}

    /** Why the definition of that container, which is not the only one with such a source, cannot be evaluated. */
    static List<DefinitionProblem> ofEvaluation(ContainerName container, SystemSource source, IOException failure) {
        if (!(failure instanceof NixFailure nix) || nix.failures().isEmpty()) {
            return List.of(problem(container, source, null, String.valueOf(failure.getMessage()), MEND));
        }
        return nix.failures().stream()
                .map(error -> problem(container, source, placeIn(error), words(error), MEND))
                .distinct()
                .limit(DefinitionLimits.MAX_ERRORS)
                .toList();
    }

    /**
     * Why what it was evaluated to cannot be built, or given away.
     *
     * @param printed the last lines that builders printed
     */
    static List<DefinitionProblem> ofBuild(
            ContainerName container, SystemSource source, IOException failure, List<String> printed) {
        String words = printed.isEmpty()
                ? String.valueOf(failure.getMessage())
                : failure.getMessage() + ", after it printed\n  " + String.join("\n  ", printed);
        return List.of(problem(
                container, source, null, words, "mend it and apply it again; hatchery.console has the whole log"));
    }

    private static DefinitionProblem problem(
            ContainerName container,
            SystemSource source,
            NixLine.@Nullable SourceLocation place,
            String words,
            String remedy) {
        String definition = "definition of " + container;
        return new DefinitionProblem(
                "containers." + container + "." + source.option(),
                null,
                place == null ? definition : own(place) + " of the " + definition,
                words,
                remedy);
    }

    /** The location of the error, or the nearest location in the author's source; null if there is none. */
    private static NixLine.@Nullable SourceLocation placeIn(NixLine.NixError error) {
        if (error.place() != null && isOwn(error.place())) {
            return error.place();
        }
        return error.trace().stream()
                .map(NixLine.NixError::place)
                .filter(place -> place != null && isOwn(place))
                .findFirst()
                .orElse(null);
    }

    private static boolean isOwn(NixLine.SourceLocation place) {
        return OWN.matcher(place.file()).lookingAt();
    }

    private static String words(NixLine.NixError error) {
        var words = new StringBuilder(error.words());
        if (error.place() != null) {
            words.append("\n  at ").append(own(error.place()));
        }
        error.trace().stream().limit(LONGEST_TRACE).forEach(step -> {
            words.append("\n  … ").append(step.words());
            if (step.place() != null) {
                words.append(" at ").append(own(step.place()));
            }
        });
        int more = error.trace().size() - LONGEST_TRACE;
        if (more > 0) {
            words.append("\n  … and ").append(more).append(" more");
        }
        return OWN.matcher(words).replaceAll("");
    }

    private static String own(NixLine.SourceLocation place) {
        return OWN.matcher(place.file()).replaceFirst("") + ":" + place.line() + ":" + place.column();
    }
}
