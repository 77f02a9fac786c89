package io.hatchery.acceptance.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.hatchery.acceptance.fixture.Api;
import io.hatchery.acceptance.fixture.HostState;
import io.hatchery.acceptance.fixture.Installation;
import io.hatchery.acceptance.fixture.ProcessResult;
import io.hatchery.acceptance.fixture.Roots;
import jakarta.annotation.Generated;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Clients that openapi-generator generates from the gateway's OpenAPI document, and parsers of npm that read both documents. */
class GeneratedClientsTest {
    private static final Path SOURCES = Path.of("src/test/clients");
    private static final Path FOLDER = Path.of("target/clients").toAbsolutePath();
    private static final Path GENERATOR =
            Path.of("target/openapi-generator-cli.jar").toAbsolutePath();
    private static final String JAVA_HOME = System.getProperty("java.home");

    private static Installation installation;

    @BeforeAll
    static void generate() throws Exception {
        installation = Installation.running();
        Files.createDirectories(FOLDER);
        for (String generated : List.of("java", "typescript", "classes", "compiled")) {
            HostState.delete(FOLDER.resolve(generated));
        }
        try (Stream<Path> sources = Files.list(SOURCES)) {
            for (Path source : sources.toList()) {
                Files.copy(source, FOLDER.resolve(source.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        Files.writeString(
                FOLDER.resolve("openapi.json"),
                installation.api().get("/openapi.json").body().toString());
        run(java(), "-jar", GENERATOR.toString(), "batch", "java.yaml", "typescript.yaml");
        run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline");
    }

    @AfterAll
    static void down() {
        installation.close();
    }

    private static String java() {
        return JAVA_HOME + "/bin/java";
    }

    /** Runs a command in the folder of the clients and asserts that it succeeds. */
    private static ProcessResult run(String... command) {
        return ProcessResult.toEnd(new ProcessBuilder(command).directory(FOLDER.toFile()))
                .orFail();
    }

    private static String[] connection(String name) {
        Api api = installation.api();
        Path root = Roots.busybox(installation.roots().resolve(name));
        return new String[] {api.base(), api.token(), name, root.toString()};
    }

    private static String[] with(String[] arguments, String... command) {
        return Stream.concat(Stream.of(command), Stream.of(arguments)).toArray(String[]::new);
    }

    @Test
    void javaClientStartsAndStopsAContainer() throws IOException {
        String libraries = Stream.of(
                        ObjectMapper.class, JsonParser.class, JsonProperty.class, JavaTimeModule.class, Generated.class)
                .map(type ->
                        type.getProtectionDomain().getCodeSource().getLocation().getPath())
                .collect(Collectors.joining(File.pathSeparator));
        var compiler = new ArrayList<>(
                List.of(JAVA_HOME + "/bin/javac", "-proc:none", "-d", "classes", "-cp", libraries, "StartStop.java"));
        try (Stream<Path> sources = Files.walk(FOLDER.resolve("java/src/main/java"))) {
            sources.filter(source -> source.toString().endsWith(".java"))
                    .map(Path::toString)
                    .forEach(compiler::add);
        }
        run(compiler.toArray(String[]::new));
        run(with(connection("t-java"), java(), "-cp", libraries + File.pathSeparator + "classes", "StartStop"));
    }

    @Test
    void typeScriptClientStartsAndStopsAContainer() {
        run("node_modules/.bin/tsc", "-p", ".");
        run(with(connection("t-typescript"), "node", "compiled/start-stop.js"));
    }

    @Test
    void documentsAreValidForTheAsyncApiParserAndEcmaScript() {
        ProcessResult checked = run(
                "node",
                "documents.js",
                Installation.REPOSITORY.resolve("docs/api/asyncapi.json").toString(),
                "openapi.json");
        assertThat(checked.out()).isEmpty();
    }
}
