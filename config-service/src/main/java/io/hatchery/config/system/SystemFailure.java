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

/** Why a source gives no system, in terms of what its author wrote. Pure. */
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
                .map(said -> problem(container, source, placeIn(said), words(said), MEND))
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

    /** Where it went wrong, or else the place nearest to that which the author has written. */
    private static NixLine.@Nullable SourceLocation placeIn(NixLine.NixError said) {
        if (said.place() != null && isOwn(said.place())) {
            return said.place();
        }
        return said.trace().stream()
                .map(NixLine.NixError::place)
                .filter(place -> place != null && isOwn(place))
                .findFirst()
                .orElse(null);
    }

    private static boolean isOwn(NixLine.SourceLocation place) {
        return OWN.matcher(place.file()).lookingAt();
    }

    private static String words(NixLine.NixError said) {
        var words = new StringBuilder(said.words());
        if (said.place() != null) {
            words.append("\n  at ").append(own(said.place()));
        }
        said.trace().stream().limit(LONGEST_TRACE).forEach(step -> {
            words.append("\n  … ").append(step.words());
            if (step.place() != null) {
                words.append(" at ").append(own(step.place()));
            }
        });
        int more = said.trace().size() - LONGEST_TRACE;
        if (more > 0) {
            words.append("\n  … and ").append(more).append(" more");
        }
        return OWN.matcher(words).replaceAll("");
    }

    private static String own(NixLine.SourceLocation place) {
        return OWN.matcher(place.file()).replaceFirst("") + ":" + place.line() + ":" + place.column();
    }
}
