package io.hatchery.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.spec.ContainerName;
import io.hatchery.spec.Generation;
import org.junit.jupiter.api.Test;

final class HostSpecsTest {
    private static final ContainerName WEB = new ContainerName("web");
    private static final ContainerName DB = new ContainerName("db");

    @Test
    void shareDependsOnContainerAndGeneration() {
        assertThat(HostSpecs.share(WEB, new Generation(1)))
                .isEqualTo(HostSpecs.share(WEB, new Generation(1)))
                .isNotEqualTo(HostSpecs.share(WEB, new Generation(2)))
                .isNotEqualTo(HostSpecs.share(DB, new Generation(1)));
    }

    @Test
    void exchangedGenerationsGiveAnotherSum() {
        long one = HostSpecs.share(WEB, new Generation(1)) + HostSpecs.share(DB, new Generation(2));
        long other = HostSpecs.share(WEB, new Generation(2)) + HostSpecs.share(DB, new Generation(1));
        assertThat(HostSpecs.digest(one)).isNotEqualTo(HostSpecs.digest(other));
    }
}
