package io.hatchery.bus.scram;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslException;
import org.jspecify.annotations.Nullable;

/** One authentication with SCRAM-SHA-512 (RFC 5802, RFC 7677), without channel binding and without an authorization identity. */
final class ScramClient implements SaslClient {
    static final String MECHANISM = "SCRAM-SHA-512";

    /** Kafka's minimum. Fewer would make it cheaper to guess a password from what is sent. */
    private static final int MIN_ITERATIONS = 4096;

    /** More would keep a processor busy for seconds. */
    private static final int MAX_ITERATIONS = 1_000_000;

    private static final String GS2_HEADER = "n,,";

    private final CallbackHandler callbacks;
    private final SaltedPasswords passwords;
    private final String nonce;
    private String first = "";
    private char[] password = {};
    private byte @Nullable [] expected;
    private ScramStage stage = ScramStage.BEGIN;

    private enum ScramStage {
        BEGIN,
        FIRST_SENT,
        FINAL_SENT,
        COMPLETE
    }

    /**
     * @param nonce random printable characters without a comma
     */
    ScramClient(CallbackHandler callbacks, SaltedPasswords passwords, String nonce) {
        this.callbacks = callbacks;
        this.passwords = passwords;
        this.nonce = nonce;
    }

    @Override
    public byte @Nullable [] evaluateChallenge(byte[] challenge) throws SaslException {
        String message = new String(challenge, StandardCharsets.UTF_8);
        try {
            return switch (stage) {
                case BEGIN -> begin();
                case FIRST_SENT -> prove(message);
                case FINAL_SENT -> {
                    verify(message);
                    yield null; // the server takes nothing more
                }
                case COMPLETE -> throw new SaslException("the authentication is complete already");
            };
        } catch (IOException | GeneralSecurityException | UnsupportedCallbackException | IllegalArgumentException e) {
            throw e instanceof SaslException refusal ? refusal : new SaslException("SCRAM failed: " + e, e);
        }
    }

    private byte[] begin() throws IOException, UnsupportedCallbackException {
        var name = new NameCallback("Name:");
        var secret = new PasswordCallback("Password:", false);
        callbacks.handle(new Callback[] {name, secret});
        String user = name.getName();
        char[] given = secret.getPassword();
        if (user == null || given == null) {
            throw new SaslException("sasl.jaas.config names no user or no password");
        }
        password = given;
        first = "n=" + user.replace("=", "=3D").replace(",", "=2C") + ",r=" + nonce;
        stage = ScramStage.FIRST_SENT;
        return bytes(GS2_HEADER + first);
    }

    private byte[] prove(String serverFirst) throws GeneralSecurityException, SaslException {
        Map<Character, String> attributes = attributes(serverFirst);
        String serverNonce = attribute(attributes, 'r');
        if (!serverNonce.startsWith(nonce) || serverNonce.length() == nonce.length()) {
            throw new SaslException("the server's nonce does not continue the client's");
        }
        int iterations = Integer.parseInt(attribute(attributes, 'i'));
        if (iterations < MIN_ITERATIONS || iterations > MAX_ITERATIONS) {
            throw new SaslException("the server asks for " + iterations + " iterations; " + MIN_ITERATIONS + " to "
                    + MAX_ITERATIONS + " are accepted");
        }
        byte[] salted = passwords.get(password, Base64.getDecoder().decode(attribute(attributes, 's')), iterations);
        String last = "c=" + Base64.getEncoder().encodeToString(bytes(GS2_HEADER)) + ",r=" + serverNonce;
        byte[] authentication = bytes(first + "," + serverFirst + "," + last);
        byte[] clientKey = hmac(salted, bytes("Client Key"));
        byte[] storedKey = MessageDigest.getInstance("SHA-512").digest(clientKey);
        byte[] proof = hmac(storedKey, authentication);
        for (int i = 0; i < proof.length; i++) {
            proof[i] ^= clientKey[i];
        }
        expected = hmac(hmac(salted, bytes("Server Key")), authentication);
        stage = ScramStage.FINAL_SENT;
        return bytes(last + ",p=" + Base64.getEncoder().encodeToString(proof));
    }

    private void verify(String serverFinal) throws SaslException {
        Map<Character, String> attributes = attributes(serverFinal);
        String error = attributes.get('e');
        if (error != null) {
            throw new SaslException("the server refuses the user: " + error);
        }
        if (!MessageDigest.isEqual(Base64.getDecoder().decode(attribute(attributes, 'v')), expected)) {
            throw new SaslException("the server does not know the password of the user");
        }
        stage = ScramStage.COMPLETE;
    }

    private static Map<Character, String> attributes(String message) throws SaslException {
        var attributes = new HashMap<Character, String>();
        for (String part : message.split(",", -1)) {
            if (part.length() < 2 || part.charAt(1) != '=') {
                throw new SaslException("the server's message is no SCRAM message");
            }
            attributes.put(part.charAt(0), part.substring(2));
        }
        return attributes;
    }

    private static String attribute(Map<Character, String> attributes, char name) throws SaslException {
        String value = attributes.get(name);
        if (value == null) {
            throw new SaslException("the server's message has no attribute " + name);
        }
        return value;
    }

    private static byte[] hmac(byte[] key, byte[] message) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA512");
        mac.init(new SecretKeySpec(key, "HmacSHA512"));
        return mac.doFinal(message);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String getMechanismName() {
        return MECHANISM;
    }

    @Override
    public boolean hasInitialResponse() {
        return true;
    }

    @Override
    public boolean isComplete() {
        return stage == ScramStage.COMPLETE;
    }

    @Override
    public byte[] unwrap(byte[] incoming, int offset, int length) {
        throw new IllegalStateException("SCRAM negotiates no security layer");
    }

    @Override
    public byte[] wrap(byte[] outgoing, int offset, int length) {
        throw new IllegalStateException("SCRAM negotiates no security layer");
    }

    @Override
    public @Nullable Object getNegotiatedProperty(String name) {
        return null;
    }

    @Override
    public void dispose() {
        // The password belongs to the login of the Kafka client, which uses it for the next connection.
    }
}
