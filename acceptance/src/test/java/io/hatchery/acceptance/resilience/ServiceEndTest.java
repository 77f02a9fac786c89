package io.hatchery.acceptance.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.acceptance.fixture.Installation;
import io.hatchery.acceptance.fixture.Service;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A service that cannot continue exits with a status other than 0, so that its service manager restarts it. */
class ServiceEndTest {
    /** The topics were written with more partitions than are configured now; the loop detects it after reading them. */
    @Test
    void failedConfigServiceExitsWithItsReason() throws Exception {
        try (Installation installation = Installation.running()) {
            for (int i = 0; i < 8; i++) {
                installation.api().define("t-end-" + i, "{\"boot\": true, \"autoStart\": false}");
            }
            installation.end(Service.CONFIG);
            installation.environment().put("HATCHERY_TOPICS_PARTITIONS", "2");
            installation.begin(Service.CONFIG);
            Process service = installation.process(Service.CONFIG);
            assertThat(service.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(service.exitValue()).isEqualTo(1);
            assertThat(installation.output(Service.CONFIG).lines().toList().getLast())
                    .startsWith("hatchery: ")
                    .contains("topics.partitions");
            installation.environment().remove("HATCHERY_TOPICS_PARTITIONS");
        }
    }
}
