package io.hatchery.bus.authentication;

import io.hatchery.protocol.Authentication;
import io.hatchery.protocol.access.Principal;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import javax.crypto.spec.SecretKeySpec;

/**
 * The fleet's keys by key id, from which the keys of each service and host are derived. Only an administrator has them.
 *
 * @param current the key id with which records are signed
 * @param byId the keys as base64, of 32 random bytes; the current one and those that it replaced
 */
public record FleetKeys(String current, SortedMap<String, String> byId) {
    /**
     * @throws IllegalArgumentException if a key is not valid or the current one is missing
     */
    public FleetKeys {
        byId = Collections.unmodifiableSortedMap(new TreeMap<>(byId));
        byId.forEach(KeyDerivation::read);
        if (!byId.containsKey(current)) {
            throw new IllegalArgumentException(
                    "the fleet has no key with the id '" + current + "', which is the current one");
        }
    }

    /** A first key. */
    public static FleetKeys random() {
        return new FleetKeys("1", new TreeMap<>(Map.of("1", newKey())));
    }

    /**
     * The keys of a file.
     *
     * @throws IllegalArgumentException if a property is missing or not valid
     */
    public static FleetKeys of(Map<String, String> properties) {
        var keys = new TreeMap<>(properties);
        String current = keys.remove(RecordKeys.CURRENT);
        if (current == null) {
            throw new IllegalArgumentException("the property '" + RecordKeys.CURRENT + "' is missing");
        }
        return new FleetKeys(current, keys);
    }

    /** These keys as properties. */
    public SortedMap<String, String> properties() {
        var properties = new TreeMap<>(byId);
        properties.put(RecordKeys.CURRENT, current);
        return properties;
    }

    /** The properties of a principal, for {@link RecordKeys#of}; empty for operators, whose records have no code. */
    public SortedMap<String, String> of(Principal principal) {
        return switch (principal) {
            case Principal.GatewayUser any -> roots(Authentication.COMMAND, Authentication.REPORT);
            // It starts containers after a rollback.
            case Principal.ConfigServiceUser any ->
                roots(Authentication.SPEC, Authentication.COMMAND, Authentication.REPORT);
            case Principal.RunnerUser(var host) -> ofHost(host.value());
            case Principal.OperatorUser any -> new TreeMap<>();
        };
    }

    private SortedMap<String, String> roots(Authentication... purposes) {
        var properties = new TreeMap<>(Map.of(RecordKeys.CURRENT, current));
        byId.forEach((keyId, text) -> {
            for (Authentication purpose : purposes) {
                properties.put(keyId + "." + purpose.text() + ".root", KeyDerivation.text(root(keyId, text, purpose)));
            }
        });
        return properties;
    }

    private SortedMap<String, String> ofHost(String host) {
        var properties = new TreeMap<>(Map.of(RecordKeys.CURRENT, current, RecordKeys.HOST, host));
        byId.forEach((keyId, text) -> {
            for (Authentication purpose : List.of(Authentication.SPEC, Authentication.COMMAND, Authentication.REPORT)) {
                SecretKeySpec key = KeyDerivation.ofHost(root(keyId, text, purpose), keyId, purpose, host);
                properties.put(keyId + "." + purpose.text(), KeyDerivation.text(key));
            }
        });
        return properties;
    }

    private static SecretKeySpec root(String keyId, String text, Authentication purpose) {
        return KeyDerivation.root(KeyDerivation.read(keyId, text), keyId, purpose);
    }

    /** These keys with a further one that is not used for signatures yet; keys older than the current one are dropped. */
    public FleetKeys withNext() {
        var keys = new TreeMap<String, String>();
        keys.put(current, byId.getOrDefault(current, ""));
        keys.put(Integer.toString(newest() + 1), newKey());
        return new FleetKeys(current, keys);
    }

    /** These keys, with the newest one as that with which records are signed. */
    public FleetKeys withNewestCurrent() {
        return new FleetKeys(Integer.toString(newest()), byId);
    }

    private int newest() {
        return byId.keySet().stream().mapToInt(Integer::parseInt).max().orElseThrow();
    }

    private static String newKey() {
        var bytes = new byte[KeyDerivation.SIZE];
        new SecureRandom().nextBytes(bytes);
        return Base64.getEncoder().encodeToString(bytes);
    }
}
