package io.hatchery.spec;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.hatchery.spec.json.UnreadableException;
import io.hatchery.spec.policy.HostPolicy;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** Selectors, spans, names, signals and subnets: a text is refused, or what it means is written as a text of the same meaning. */
class TextFuzzTest {
    private static final List<Function<String, Object>> PARSERS = List.of(
            LabelSelector::parse,
            Span::parse,
            Signal::parse,
            Subnet::new,
            ContainerName::new,
            HostName::new,
            ProfileName::new,
            Text::policy);

    /** What is read from bytes elsewhere. */
    private static final class Text {
        static Object policy(String text) {
            try {
                return HostPolicy.read(text.getBytes(StandardCharsets.UTF_8));
            } catch (UnreadableException e) {
                throw new IllegalArgumentException(e);
            }
        }
    }

    /** The first byte chooses the parser. */
    @FuzzTest(maxDuration = "4s")
    void text(byte[] input) {
        if (input.length == 0) {
            return;
        }
        Function<String, Object> parser = PARSERS.get((input[0] & 0xff) % PARSERS.size());
        String text = new String(Arrays.copyOfRange(input, 1, input.length), StandardCharsets.UTF_8);
        Object value;
        try {
            value = parser.apply(text);
        } catch (IllegalArgumentException e) {
            return;
        }
        if (value instanceof HostPolicy) {
            return;
        }
        Object again = parser.apply(value instanceof Subnet subnet ? subnet.text() : value.toString());
        if (!again.equals(value)) {
            throw new AssertionError("'" + text + "' is " + value + ", and that is " + again);
        }
    }
}
