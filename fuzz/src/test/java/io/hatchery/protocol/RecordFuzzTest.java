package io.hatchery.protocol;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.hatchery.protocol.resource.TokenRequest;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** The value of a record of each topic is refused as unreadable, or is written and read as the same again. */
class RecordFuzzTest {
    private static final List<Class<?>> TYPES = Stream.of(
                    Topics.ofTheFleet().stream(), Topics.of(new HostName("h1")).stream())
            .flatMap(topics -> topics)
            .map(Topic::value)
            .filter(type -> type != byte[].class)
            .distinct()
            .<Class<?>>map(type -> type)
            .toList();

    /** The first byte chooses the type. */
    @FuzzTest(maxDuration = "5s")
    void record(byte[] input) throws UnreadableException {
        if (input.length == 0) {
            return;
        }
        int which = (input[0] & 0xff) % (TYPES.size() + 1);
        byte[] json = Arrays.copyOfRange(input, 1, input.length);
        if (which == TYPES.size()) {
            check(json, TokenRequest.class);
        } else {
            check(json, TYPES.get(which));
        }
    }

    private static <T> void check(byte[] json, Class<T> type) throws UnreadableException {
        T value;
        try {
            value = Json.read(json, type);
        } catch (UnreadableException e) {
            return;
        }
        T again = Json.read(Json.bytes(value), type);
        if (!again.equals(value)) {
            throw new AssertionError(type.getSimpleName() + " is read as " + again + ", and was " + value);
        }
    }
}
