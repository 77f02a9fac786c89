package io.hatchery.acceptance.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.constructors;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Rules for the dependencies of modules and packages. */
class ArchitectureTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.hatchery");

    @Test
    void modulesDependOnLowerModulesOnly() {
        layeredArchitecture()
                .consideringOnlyDependenciesInAnyPackage("io.hatchery..")
                .layer("spec")
                .definedBy("io.hatchery.spec..")
                .layer("protocol")
                .definedBy("io.hatchery.protocol..")
                .layer("broker")
                .definedBy("io.hatchery.broker..")
                .layer("bus")
                .definedBy("io.hatchery.bus..")
                .layer("nix")
                .definedBy("io.hatchery.nix..")
                .layer("config")
                .definedBy("io.hatchery.config..")
                .layer("runner")
                .definedBy("io.hatchery.runner..")
                .layer("gateway")
                .definedBy("io.hatchery.gateway..")
                .layer("app")
                .definedBy("io.hatchery.app..")
                .whereLayer("spec")
                .mayNotAccessAnyLayer()
                .whereLayer("broker")
                .mayNotAccessAnyLayer()
                .whereLayer("protocol")
                .mayOnlyAccessLayers("spec")
                .whereLayer("bus")
                .mayOnlyAccessLayers("spec", "protocol")
                .whereLayer("nix")
                .mayOnlyAccessLayers("spec")
                .whereLayer("config")
                .mayOnlyAccessLayers("spec", "protocol", "bus", "nix")
                .whereLayer("runner")
                .mayOnlyAccessLayers("spec", "protocol", "bus", "nix")
                .whereLayer("gateway")
                .mayOnlyAccessLayers("spec", "protocol", "bus")
                .whereLayer("app")
                .mayNotBeAccessedByAnyLayer()
                .check(CLASSES);
    }

    @Test
    void purePackagesImportNoIo() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "io.hatchery.spec..",
                        "io.hatchery.protocol..",
                        "io.hatchery.runner.lifecycle..",
                        "io.hatchery.runner.plan..",
                        "io.hatchery.gateway.view..")
                .or()
                .haveSimpleName("EvaluationPlanner")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.vertx..", "org.apache.kafka..", "org.slf4j..", "java.net.http..")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.nio.file.Files")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.lang.Thread")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.time.Clock")
                .check(CLASSES);
    }

    @Test
    void driversAndTheStoreShareTheContractAndThePlanOnly() {
        noClasses()
                .that()
                .resideInAnyPackage("io.hatchery.runner.systemd..", "io.hatchery.runner.store..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.hatchery.runner.direct..", "io.hatchery.runner.host..")
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAnyPackage("io.hatchery.runner.driver..", "io.hatchery.runner.plan..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.hatchery.runner.direct..",
                        "io.hatchery.runner.host..",
                        "io.hatchery.runner.systemd..",
                        "io.hatchery.runner.store..",
                        "io.hatchery.runner.service..")
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage("io.hatchery.runner.plan..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.hatchery.runner.driver..")
                .check(CLASSES);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().assignedFrom(new ByName("packages", JavaClass::getPackageName))
                .should()
                .beFreeOfCycles()
                .check(CLASSES);
    }

    /** Packages in which classes may have cycles, each with the classes that form them. No package may be added. */
    private static final Set<String> WITH_CLASS_CYCLES = Set.of(
            "io.hatchery.app", // Settings lists the settings of all concerns, which are declared with its types
            "io.hatchery.bus", // TransactionalLoop runs a LoopSession of its plan
            "io.hatchery.gateway.http", // Api lists the resources, which use its constants and problems
            "io.hatchery.gateway.stream", // Streams and StreamReplay
            "io.hatchery.runner.systemd"); // UnitFiles and SupervisorCopies

    /** Classes that are one type in several files: an option has a type, and the type of a submodule has options. */
    private static final Map<String, String> ONE_TYPE = Map.of(
            "io.hatchery.spec.option.OptionBuilder", "io.hatchery.spec.option.Option",
            "io.hatchery.spec.option.OptionType", "io.hatchery.spec.option.Option");

    @Test
    void classesOfPackageHaveNoCycles() {
        slices().assignedFrom(new ByName(
                        "classes",
                        type -> WITH_CLASS_CYCLES.contains(type.getPackageName()) || isGenerated(type)
                                ? ""
                                : topLevelName(type)))
                .should()
                .beFreeOfCycles()
                .check(CLASSES);
    }

    private static String topLevelName(JavaClass type) {
        return type.getEnclosingClass()
                .map(ArchitectureTest::topLevelName)
                .orElseGet(() -> ONE_TYPE.getOrDefault(type.getName(), type.getName()));
    }

    /**
     * Slices of the classes that have the same name.
     *
     * @param nameOf the name of a class's slice; empty for a class that is in no slice
     */
    private record ByName(String description, Function<JavaClass, String> nameOf) implements SliceAssignment {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            String name = nameOf.apply(type);
            return name.isEmpty() ? SliceIdentifier.ignore() : SliceIdentifier.of(name);
        }

        @Override
        public String getDescription() {
            return description;
        }
    }

    @Test
    void classNamesHaveNoVagueSuffix() {
        classes()
                .that()
                .resideInAPackage("io.hatchery..")
                .should()
                .haveNameNotMatching(".*(Utils?|Helper|Manager|Impl)")
                .check(CLASSES);
    }

    /** Records with more components than that have a generated builder, the only caller of their constructor. */
    private static final int MAX_PARAMETERS = 7;

    @Test
    void publicMethodsHaveAtMostSevenParameters() {
        methods().that().arePublic().should(haveFewParameters()).check(CLASSES);
    }

    @Test
    void constructorsWithMoreThanSevenParametersAreCalledByTheirBuilderOnly() {
        constructors().should(beCalledByTheirBuilderIfLong()).check(CLASSES);
    }

    @Test
    void simpleClassNamesAreUnique() {
        Map<String, List<String>> byName = CLASSES.stream()
                .filter(type ->
                        !type.isAnonymousClass() && !type.getSimpleName().isEmpty())
                .filter(type -> !type.getSimpleName().equals("package-info"))
                .filter(type -> !isGenerated(type))
                .collect(Collectors.groupingBy(
                        JavaClass::getSimpleName,
                        TreeMap::new,
                        Collectors.mapping(JavaClass::getName, Collectors.toList())));
        byName.values().removeIf(names -> names.size() == 1);
        assertThat(byName).isEmpty();
    }

    /** RecordBuilder generates the builder of a record with a nested interface {@code With}; no annotation of it is in class files. */
    private static boolean isGenerated(JavaClass type) {
        return type.getEnclosingClass()
                .map(ArchitectureTest::isGenerated)
                .orElseGet(() -> type.getSimpleName().endsWith("Builder") && CLASSES.contain(type.getName() + "$With"));
    }

    private static ArchCondition<JavaMethod> haveFewParameters() {
        return new ArchCondition<>("have at most " + MAX_PARAMETERS + " parameters") {
            @Override
            public void check(JavaMethod method, ConditionEvents events) {
                if (method.getRawParameterTypes().size() > MAX_PARAMETERS && !isGenerated(method.getOwner())) {
                    events.add(SimpleConditionEvent.violated(method, method.getFullName()));
                }
            }
        };
    }

    private static ArchCondition<JavaConstructor> beCalledByTheirBuilderIfLong() {
        return new ArchCondition<>("be called by their builder only, if they have more than 7 parameters") {
            @Override
            public void check(JavaConstructor constructor, ConditionEvents events) {
                JavaClass owner = constructor.getOwner();
                if (constructor.getRawParameterTypes().size() <= MAX_PARAMETERS || isGenerated(owner)) {
                    return;
                }
                if (!owner.isRecord()) {
                    events.add(SimpleConditionEvent.violated(constructor, constructor.getFullName()));
                }
                constructor.getCallsOfSelf().stream()
                        .filter(call -> !isGenerated(call.getOriginOwner()))
                        .forEach(call -> events.add(SimpleConditionEvent.violated(call, call.getDescription())));
            }
        };
    }
}
