package io.hatchery.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class DnsLabelTest {
    private static final String CHARACTERS = "az09-AZ_. \nä";

    @Test
    void textIsValidIfThePublishedPatternMatchesIt() {
        var random = new Random(3);
        var pattern = Pattern.compile(ContainerName.PATTERN);
        for (int i = 0; i < 20_000; i++) {
            var text = new StringBuilder();
            int allowed = random.nextInt(4) == 0 ? CHARACTERS.length() : 5;
            int length = random.nextInt(4) == 0 ? 60 + random.nextInt(8) : random.nextInt(5);
            for (int c = 0; c < length; c++) {
                text.append(CHARACTERS.charAt(random.nextInt(allowed)));
            }
            assertThat(DnsLabel.isValid(text.toString()))
                    .as("'%s'", text)
                    .isEqualTo(pattern.matcher(text).matches());
        }
        assertThat(List.of(ContainerName.PATTERN, HostName.PATTERN, ProfileName.PATTERN))
                .containsOnly(ContainerName.PATTERN);
    }
}
