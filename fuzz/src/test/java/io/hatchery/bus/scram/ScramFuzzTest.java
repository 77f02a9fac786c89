package io.hatchery.bus.scram;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.sasl.SaslException;

/** What a broker sends while a client logs in: the client refuses it, and never completes without the password's signature. */
class ScramFuzzTest {
    private static final SaltedPasswords PASSWORDS = new SaltedPasswords();

    @FuzzTest(maxDuration = "4s")
    void serverMessages(byte[] input) throws SaslException {
        ScramClient client = client();
        byte[] _ = client.evaluateChallenge(new byte[0]);
        try {
            byte[] _ = client.evaluateChallenge(input);
        } catch (SaslException e) {
            // It is refused; another one is in the place of the last message.
        }
        ScramClient other = client();
        byte[] _ = other.evaluateChallenge(new byte[0]);
        byte[] _ = other.evaluateChallenge("r=nonceX,s=AAAA,i=4096".getBytes(StandardCharsets.UTF_8));
        try {
            byte[] _ = other.evaluateChallenge(input);
        } catch (SaslException e) {
            // As it should be.
        }
        if (client.isComplete() || other.isComplete()) {
            throw new AssertionError("a server that does not know the password is believed");
        }
    }

    private static ScramClient client() {
        return new ScramClient(
                callbacks -> {
                    for (Callback callback : callbacks) {
                        if (callback instanceof NameCallback name) {
                            name.setName("user");
                        } else if (callback instanceof PasswordCallback password) {
                            password.setPassword("secret".toCharArray());
                        }
                    }
                },
                PASSWORDS,
                "nonce");
    }
}
