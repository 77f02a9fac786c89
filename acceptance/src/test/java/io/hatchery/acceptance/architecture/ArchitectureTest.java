package io.hatchery.acceptance.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
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
        slices().matching("io.hatchery.(*).(*)..").should().beFreeOfCycles().check(CLASSES);
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
}
