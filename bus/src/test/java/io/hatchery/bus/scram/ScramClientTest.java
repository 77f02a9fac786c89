package io.hatchery.bus.scram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;
import org.apache.kafka.common.security.authenticator.CredentialCache;
import org.apache.kafka.common.security.scram.ScramCredential;
import org.apache.kafka.common.security.scram.internals.ScramFormatter;
import org.apache.kafka.common.security.scram.internals.ScramMechanism;
import org.apache.kafka.common.security.scram.internals.ScramSaslServer;
import org.apache.kafka.common.security.scram.internals.ScramServerCallbackHandler;
import org.apache.kafka.common.security.token.delegation.internals.DelegationTokenCache;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The SCRAM client against Kafka's own server side. */
class ScramClientTest {
    private static final String NONCE = "abcdefgh";

    private final SaltedPasswords passwords = new SaltedPasswords();

    private SaslClient client(String user, String password) {
        return new ScramClient(
                callbacks -> {
                    for (Callback callback : callbacks) {
                        switch (callback) {
                            case NameCallback name -> name.setName(user);
                            case PasswordCallback secret -> secret.setPassword(password.toCharArray());
                            default -> throw new IllegalArgumentException();
                        }
                    }
                },
                passwords,
                NONCE);
    }

    private static SaslServer server(String user, String password) throws Exception {
        var credentials = new CredentialCache();
        var cache = credentials.createCache(ScramMechanism.SCRAM_SHA_512.mechanismName(), ScramCredential.class);
        cache.put(user, new ScramFormatter(ScramMechanism.SCRAM_SHA_512).generateCredential(password, 4096));
        var callbacks =
                new ScramServerCallbackHandler(cache, new DelegationTokenCache(ScramMechanism.mechanismNames()));
        callbacks.configure(Map.of(), ScramMechanism.SCRAM_SHA_512.mechanismName(), java.util.List.of());
        return new ScramSaslServer(ScramMechanism.SCRAM_SHA_512, Map.of(), callbacks);
    }

    private static void authenticate(SaslClient client, SaslServer server) throws SaslException {
        byte[] challenge = server.evaluateResponse(client.evaluateChallenge(new byte[0]));
        byte[] last = server.evaluateResponse(client.evaluateChallenge(challenge));
        assertThat(client.evaluateChallenge(last))
                .as("what the server does not expect")
                .isNull();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource({"hatchery-runner-h1, 0a1b2c", "'a=b,c', pass", "user, 'pässwörd, =x'"})
    void serverAndClientAcceptEachOther(String user, String password) throws Exception {
        SaslClient client = client(user, password);
        SaslServer server = server(user, password);
        authenticate(client, server);
        assertThat(client.isComplete()).isTrue();
        assertThat(server.isComplete()).isTrue();
        assertThat(server.getAuthorizationID()).isEqualTo(user);
    }

    @Test
    void wrongPasswordIsRefused() throws Exception {
        SaslServer server = server("user", "right");
        assertThatThrownBy(() -> authenticate(client("user", "wrong"), server)).isInstanceOf(SaslException.class);
        assertThat(server.isComplete()).isFalse();
    }

    @Test
    void serverThatDoesNotKnowThePasswordIsRefused() throws Exception {
        SaslClient client = client("user", "password");
        SaslServer server = server("user", "password");
        byte[] challenge = server.evaluateResponse(client.evaluateChallenge(new byte[0]));
        client.evaluateChallenge(challenge);
        String forged = "v=" + Base64.getEncoder().encodeToString(new byte[64]);
        assertThatThrownBy(() -> client.evaluateChallenge(bytes(forged)))
                .isInstanceOf(SaslException.class)
                .hasMessageContaining("does not know the password");
        assertThat(client.isComplete()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "r=other,s=AAAA,i=4096",
                "r=abcdefgh,s=AAAA,i=4096",
                "r=abcdefgh1,s=AAAA,i=4095",
                "r=abcdefgh1,s=AAAA,i=2000000000",
                "r=abcdefgh1,s=AAAA,i=many",
                "r=abcdefgh1,s=*,i=4096",
                "r=abcdefgh1,i=4096",
                "e=invalid",
                "",
                "garbage"
            })
    void challengeThatIsNotValidIsRefused(String challenge) throws Exception {
        SaslClient client = client("user", "password");
        client.evaluateChallenge(new byte[0]);
        assertThatThrownBy(() -> client.evaluateChallenge(bytes(challenge))).isInstanceOf(SaslException.class);
    }

    @Test
    void passwordIsSaltedOnceForAllConnections() throws Exception {
        SaslServer first = server("user", "password");
        authenticate(client("user", "password"), first);
        assertThat(passwords.size()).isEqualTo(1);
        byte[] salt = new byte[8];
        assertThat(passwords.get("p".toCharArray(), salt, 4096))
                .isEqualTo(passwords.get("p".toCharArray(), salt, 4096));
        assertThat(passwords.size()).isEqualTo(2);
        for (int i = 0; i < 20; i++) {
            byte[] other = Arrays.copyOf(salt, 9 + i);
            assertThat(passwords.get("p".toCharArray(), other, 4096)).hasSize(64);
        }
        assertThat(passwords.size()).isEqualTo(16);
    }
}
