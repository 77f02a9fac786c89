package io.hatchery.acceptance.confinement;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.acceptance.fixture.Installation;
import io.hatchery.acceptance.fixture.ProcessResult;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the package's units leave open, as systemd-analyze(1) rates it. */
class UnitConfinementTest {
    private static final Path UNITS = Installation.REPOSITORY.resolve("app/src/deb");

    /** The exposure is at most a tenth of the number: 0 is none, 100 is all of the host. */
    @ParameterizedTest
    @CsvSource({"hatchery-gateway, 11", "hatchery-config-service, 15", "hatchery-runner, 89"})
    void exposureOfUnitStaysBelowItsThreshold(String unit, int tenths) {
        ProcessResult rated = ProcessResult.toEnd(new ProcessBuilder(
                "systemd-analyze",
                "security",
                "--offline=true",
                "--threshold=" + tenths,
                "--no-pager",
                UNITS.resolve(unit + ".service").toString()));
        assertThat(rated.code()).as("%s%s", rated.out(), rated.err()).isZero();
    }
}
