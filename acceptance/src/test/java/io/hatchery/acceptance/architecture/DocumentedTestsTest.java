package io.hatchery.acceptance.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The tests that the explanations name exist. */
class DocumentedTestsTest {
    private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern NAMED = Pattern.compile("`([A-Z][A-Za-z0-9]*Test)(?:#([A-Za-z0-9]+))?`");

    @Test
    void everyTestThatAnExplanationNamesExists() throws IOException {
        Map<String, String> sources = sources();
        var missing = new ArrayList<String>();
        int named = 0;
        for (Path page : pages()) {
            Matcher test = NAMED.matcher(Files.readString(page));
            while (test.find()) {
                named++;
                String source = sources.get(test.group(1));
                boolean exists =
                        source != null && (test.group(2) == null || source.contains(" " + test.group(2) + "("));
                if (!exists) {
                    missing.add(page.getFileName() + ": " + test.group());
                }
            }
        }
        assertThat(missing).isEmpty();
        assertThat(named).isGreaterThan(50);
    }

    private static List<Path> pages() throws IOException {
        try (Stream<Path> pages = Files.list(REPOSITORY.resolve("docs/explanation"))) {
            return pages.toList();
        }
    }

    private static Map<String, String> sources() throws IOException {
        var sources = new TreeMap<String, String>();
        List<Path> modules;
        try (Stream<Path> folders = Files.list(REPOSITORY)) {
            modules = folders.map(folder -> folder.resolve("src/test/java"))
                    .filter(Files::isDirectory)
                    .toList();
        }
        for (Path module : modules) {
            try (Stream<Path> files = Files.walk(module)) {
                for (Path file : files.filter(path -> path.toString().endsWith("Test.java"))
                        .toList()) {
                    sources.merge(
                            file.getFileName().toString().replace(".java", ""),
                            Files.readString(file),
                            String::concat); // two modules may have a test of the same name
                }
            }
        }
        return sources;
    }
}
