package io.hatchery.gateway.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.protocol.token.AccessToken;
import io.hatchery.protocol.token.JoinToken;
import io.hatchery.spec.HostName;
import java.time.Instant;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Of all requests that use a join token, one has used it. */
class JoinTokensTest {
    private static final HostName HOST = new HostName("h1");
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    private final JoinTokens tokens = new JoinTokens();

    private static JoinToken token(String proof) {
        return new JoinToken(HOST, AccessToken.hash(proof), "sealed", NOW, NOW.plusSeconds(60), null);
    }

    private JoinToken last() {
        return Objects.requireNonNull(tokens.find(HOST).orElse(null));
    }

    @Test
    void requestWhoseRecordComesFirstHasUsedTheToken() {
        assertThat(tokens.put(HOST, token("a"), 1)).isTrue();
        tokens.put(HOST, token("a").usedBy("first"), 2);
        tokens.put(HOST, token("a").usedBy("second"), 3);
        assertThat(last().usedBy()).isEqualTo("first");
        assertThat(last().sealed()).isNull();
        assertThat(last().refusal(NOW)).hasValue("it was used already");
    }

    @Test
    void lateUseOfAReplacedTokenChangesNothing() {
        tokens.put(HOST, token("a"), 4);
        tokens.put(HOST, token("b"), 5);
        tokens.put(HOST, token("a").usedBy("late"), 6);
        assertThat(last()).isEqualTo(token("b"));
        assertThat(tokens.hasRead(6)).isTrue();
        assertThat(tokens.hasRead(7)).isFalse();
        tokens.put(HOST, null, 7);
        assertThat(tokens.find(HOST)).isEmpty();
    }

    @Test
    void tokenExpires() {
        assertThat(token("a").refusal(NOW)).isEmpty();
        assertThat(token("a").refusal(NOW.plusSeconds(60))).isPresent();
    }
}
