package io.hatchery.bus.scram;

import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * Salted passwords of SCRAM-SHA-512 (RFC 5802), each computed once: it takes thousands of hashes, and a service opens dozens of connections
 * with the same password. Thread-safe.
 */
final class SaltedPasswords {
    /** One for each user of this process, and a few for passwords that were replaced. */
    private static final int MAX_KEPT = 16;

    private static final int BITS = 512;

    private final Map<Salting, byte[]> known = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Salting, byte[]> eldest) {
            return size() > MAX_KEPT;
        }
    };

    private record Salting(String password, String salt, int iterations) {}

    /** The salted password. Other callers wait meanwhile: most of them need the same one. */
    synchronized byte[] get(char[] password, byte[] salt, int iterations) throws GeneralSecurityException {
        var salting = new Salting(new String(password), Base64.getEncoder().encodeToString(salt), iterations);
        byte[] salted = known.get(salting);
        if (salted == null) {
            salted = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA512")
                    .generateSecret(new PBEKeySpec(password, salt, iterations, BITS))
                    .getEncoded();
            known.put(salting, salted);
        }
        return salted.clone();
    }

    /** How many are kept. */
    synchronized int size() {
        return known.size();
    }
}
