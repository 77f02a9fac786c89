package io.hatchery.bus.authentication;

import io.hatchery.protocol.Authentication;
import io.hatchery.spec.HostName;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The keys with which a process signs and checks records. A runner has the keys of its host; a service of the control plane has the
 * roots of the purposes that it needs, from which it derives the keys of all hosts. Safe for all threads.
 */
public final class RecordKeys {
    /** The key id with which records are signed. */
    static final String CURRENT = "current";

    /** The host of a runner's keys. */
    static final String HOST = "host";

    /** The signer of the control plane. */
    static final String CONTROL_PLANE = "";

    /** No keys: nothing is signed and nothing is checked. */
    public static final RecordKeys NONE = new RecordKeys("", null, Map.of());

    /** Maximum number of derived keys that are kept; a forger may name any signer. */
    private static final int MAX_DERIVED = 50_000;

    private static final Pattern NAME = Pattern.compile("([0-9]{1,9})\\.(spec|command|report)(\\.root)?");

    private final String current;
    private final @Nullable String host;
    private final Map<KeyName, SecretKeySpec> keys;
    private final Map<DerivedName, SecretKeySpec> derived = new ConcurrentHashMap<>();

    /** Names a key of the file. */
    record KeyName(String keyId, Authentication purpose) {}

    private record DerivedName(KeyName root, String signer) {}

    /**
     * @param current the key id with which records are signed
     * @param host the host of the keys; null if they are roots
     */
    RecordKeys(String current, @Nullable String host, Map<KeyName, SecretKeySpec> keys) {
        this.current = current;
        this.host = host;
        this.keys = Map.copyOf(keys);
    }

    /**
     * The keys of a file that {@link FleetKeys} made.
     *
     * @throws IllegalArgumentException if a property is missing or is not valid; the message names it
     */
    public static RecordKeys of(Map<String, String> properties) {
        var keys = new TreeMap<String, String>(properties);
        String current = keys.remove(CURRENT);
        String host = keys.remove(HOST);
        if (current == null) {
            throw new IllegalArgumentException("the property '" + CURRENT + "' is missing");
        }
        if (host != null && !HostName.isValid(host)) {
            throw new IllegalArgumentException("the property '" + HOST + "' is not the name of a host: '" + host + "'");
        }
        var named = new HashMap<KeyName, SecretKeySpec>();
        keys.forEach((name, base64) -> {
            Matcher parts = NAME.matcher(name);
            if (!parts.matches() || (parts.group(3) == null) != (host != null)) {
                throw new IllegalArgumentException("the property '" + name + "' is not the name of a key of "
                        + (host == null ? "a service" : "a host"));
            }
            named.put(new KeyName(parts.group(1), purpose(parts.group(2))), KeyDerivation.read(name, base64));
        });
        if (named.keySet().stream().noneMatch(name -> name.keyId().equals(current))) {
            throw new IllegalArgumentException(
                    "there is no key with the id '" + current + "', which is the current one");
        }
        return new RecordKeys(current, host, named);
    }

    private static Authentication purpose(String text) {
        return switch (text) {
            case "spec" -> Authentication.SPEC;
            case "command" -> Authentication.COMMAND;
            default -> Authentication.REPORT;
        };
    }

    /** Whether there are keys of that purpose. */
    public boolean covers(Authentication purpose) {
        return keys.containsKey(new KeyName(current, purpose));
    }

    /** The host whose keys these are; empty if they are roots of the control plane. */
    public Optional<String> host() {
        return Optional.ofNullable(host);
    }

    /** The id of the keys with which records are signed. */
    public String current() {
        return current;
    }

    /** Who signs reports with these keys: a host, or the control plane. */
    String signer() {
        return host == null ? CONTROL_PLANE : host;
    }

    /**
     * The key of a signer.
     *
     * @param signer a host, or empty for the control plane
     * @return empty if it is not among these keys
     */
    Optional<SecretKeySpec> find(String keyId, Authentication purpose, String signer) {
        var name = new KeyName(keyId, purpose);
        SecretKeySpec key = keys.get(name);
        if (key == null || host != null) {
            return Optional.ofNullable(signer.equals(host) ? key : null);
        }
        var derivedName = new DerivedName(name, signer);
        SecretKeySpec known = derived.get(derivedName);
        if (known == null) {
            if (derived.size() >= MAX_DERIVED) {
                derived.clear();
            }
            known = KeyDerivation.ofHost(key, keyId, purpose, signer);
            derived.put(derivedName, known);
        }
        return Optional.of(known);
    }
}
