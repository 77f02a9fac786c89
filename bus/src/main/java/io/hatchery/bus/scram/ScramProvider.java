package io.hatchery.bus.scram;

import java.security.Provider;
import java.security.SecureRandom;
import java.security.Security;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.security.auth.callback.CallbackHandler;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslClientFactory;
import org.jspecify.annotations.Nullable;

/**
 * Makes Kafka's clients in this process authenticate with a SCRAM client that salts each password once. Kafka's own salts it for each
 * connection, which took a third of the processor time of {@code hatchery up} until it was ready.
 */
public final class ScramProvider extends Provider {
    private static final long serialVersionUID = 1L;
    private static final String NAME = "HatcheryScram";

    private ScramProvider() {
        super(NAME, "1", "SCRAM-SHA-512 client for Kafka");
        putService(new ScramService(this));
    }

    /** Installs it before Kafka's own provider. May be called more than once. */
    public static synchronized void install() {
        if (Security.getProvider(NAME) == null) {
            Security.insertProviderAt(new ScramProvider(), 1);
        }
    }

    private static final class ScramService extends Service {
        private final SaslClientFactory clients = new ScramClients();

        ScramService(Provider provider) {
            super(provider, "SaslClientFactory", ScramClient.MECHANISM, ScramClients.class.getName(), null, null);
        }

        @Override
        public Object newInstance(@Nullable Object parameter) {
            return clients;
        }
    }

    private static final class ScramClients implements SaslClientFactory {
        private static final int NONCE_BYTES = 24;

        private final SaltedPasswords passwords = new SaltedPasswords();
        private final SecureRandom random = new SecureRandom();

        @Override
        public @Nullable SaslClient createSaslClient(
                String[] mechanisms,
                @Nullable String authorizationId,
                String protocol,
                String serverName,
                Map<String, ?> properties,
                CallbackHandler callbacks) {
            if (!List.of(mechanisms).contains(ScramClient.MECHANISM)) {
                return null;
            }
            var nonce = new byte[NONCE_BYTES];
            random.nextBytes(nonce);
            return new ScramClient(callbacks, passwords, Base64.getEncoder().encodeToString(nonce));
        }

        @Override
        public String[] getMechanismNames(Map<String, ?> properties) {
            return new String[] {ScramClient.MECHANISM};
        }
    }
}
