package io.hatchery.config.system;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The target of a flake reference, as Nix reads it; an uncertain target counts as a path of this host. */
sealed interface FlakeReference {
    /** Over the network. */
    record Remote() implements FlakeReference {}

    /**
     * To a path of this host.
     *
     * @param path absolute, or relative to the flake that has the reference
     */
    record Local(String path) implements FlakeReference {}

    /**
     * An entry of a registry.
     *
     * @param id the name in the registry
     */
    record Registered(String id) implements FlakeReference {}

    /** Unknown to this class, though Nix may know it. */
    record Unknown() implements FlakeReference {}

    /** A reference with a scheme, such as {@code git+https:}. */
    Pattern URL = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*):(.*)", Pattern.DOTALL);

    /** A name in a registry, maybe with a branch and a revision. */
    Pattern ID = Pattern.compile("([A-Za-z][A-Za-z0-9_-]*)(/[A-Za-z0-9@][A-Za-z0-9_./@-]*)?");

    /** Types whose sources are at a forge. */
    Set<String> FORGES = Set.of("github", "gitlab", "sourcehut");

    /** Types that are given a URL. */
    Set<String> OF_URLS = Set.of("git", "hg", "mercurial", "tarball", "file");

    /** How files and repositories come over the network. */
    Set<String> REMOTE = Set.of("http", "https", "ssh", "git");

    /** A reference as {@code flake.nix} and {@code flake.lock} hold it: text, or a set with a type or a URL. */
    static FlakeReference of(JsonNode reference) {
        if (reference.isTextual()) {
            return ofText(reference.textValue());
        }
        String type = reference.path("type").asText();
        if (type.isEmpty() || !reference.path("type").isTextual()) {
            return reference.path("url").isTextual()
                    ? ofText(reference.path("url").textValue())
                    : new Unknown();
        }
        if (FORGES.contains(type)) {
            return new Remote();
        }
        if (OF_URLS.contains(type)) {
            return ofUrl(reference.path("url").asText());
        }
        return switch (type) {
            case "path" -> new Local(reference.path("path").asText());
            case "indirect" -> new Registered(reference.path("id").asText());
            default -> new Unknown();
        };
    }

    /** A reference as definitions and {@code url} hold it. */
    static FlakeReference ofText(String text) {
        if (text.startsWith("-")) {
            return new Unknown(); // Nix's programs would take it for an option
        }
        String plain = text.split("[?#]", 2)[0];
        Matcher url = URL.matcher(plain);
        if (!url.matches()) {
            Matcher id = ID.matcher(plain);
            return id.matches() ? new Registered(id.group(1)) : new Local(plain);
        }
        String scheme = url.group(1).toLowerCase(Locale.ROOT);
        if (FORGES.contains(scheme)) {
            return new Remote();
        }
        if (scheme.equals("flake")) {
            return new Registered(url.group(2).split("/", 2)[0]);
        }
        return scheme.equals("path") ? new Local(pathOf(url.group(2))) : ofUrl(plain);
    }

    /** Whether that is relative to the flake that it stands in. */
    static boolean isRelative(FlakeReference reference) {
        return reference instanceof Local(String path) && !path.startsWith("/");
    }

    private static FlakeReference ofUrl(String text) {
        Matcher url = URL.matcher(text);
        if (!url.matches()) {
            return new Local(text);
        }
        String[] parts = url.group(1).toLowerCase(Locale.ROOT).split("\\+");
        String transport = parts[parts.length - 1];
        boolean known = parts.length == 1 || parts.length == 2 && OF_URLS.contains(parts[0]);
        if (known && transport.equals("file")) {
            return new Local(pathOf(url.group(2)));
        }
        return known && REMOTE.contains(transport) ? new Remote() : new Unknown();
    }

    /** The path of a URL, without what would be a host. */
    private static String pathOf(String rest) {
        String path = rest.startsWith("//") ? rest.replaceFirst("^//[^/]*", "") : rest;
        try {
            return URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notEncoded) {
            return path;
        }
    }
}
