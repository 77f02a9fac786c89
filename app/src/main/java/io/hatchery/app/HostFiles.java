package io.hatchery.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a host needs to take part in the fleet.
 *
 * @param files the contents of files by their name: credentials, keys, the token of the Nix cache, the gateway's authority
 * @param settings what its {@code runner.properties} gets beside the names of these files
 */
record HostFiles(SortedMap<String, String> files, SortedMap<String, String> settings) {
    static final String NIX_TOKEN = "nix-cache.token";
    static final String AUTHORITY = "gateway-ca.pem";
    private static final String CONFIGURATION = "runner.properties";

    /** As JSON. */
    byte[] bytes() {
        return Json.bytes(Map.of("files", files, "settings", settings));
    }

    /**
     * Reads what {@link #bytes} wrote.
     *
     * @throws UserError if it is something else, or names a file that no host needs
     */
    static HostFiles of(byte[] bytes) {
        try {
            JsonNode read = Json.read(bytes, ObjectNode.class);
            var found = new HostFiles(texts(read.path("files")), texts(read.path("settings")));
            for (String name : found.files.keySet()) {
                if (!List.of(KafkaCredentials.CLIENT, RecordKeyFiles.USER, NIX_TOKEN, AUTHORITY)
                        .contains(name)) {
                    throw new UserError("the gateway sent a file that no host needs: " + name);
                }
            }
            return found;
        } catch (UnreadableException e) {
            throw new UserError("the gateway's answer cannot be read: " + e.getMessage(), e);
        }
    }

    private static SortedMap<String, String> texts(JsonNode node) {
        var texts = new TreeMap<String, String>();
        node.properties()
                .forEach(entry -> texts.put(entry.getKey(), entry.getValue().asText()));
        return texts;
    }

    /**
     * Writes the files, readable by their owner only, and sets their keys in {@code runner.properties}, whose other lines stay.
     *
     * @return the files that were written
     */
    List<Path> write(Path folder, HostName host) throws IOException {
        var written = new ArrayList<Path>();
        for (Map.Entry<String, String> file : files.entrySet()) {
            Path path = folder.resolve(file.getKey());
            Secrets.write(path, file.getValue());
            written.add(path);
        }
        var keys = new TreeMap<>(settings);
        keys.put("host", host.value());
        keys.put("credentials.file", folder.resolve(KafkaCredentials.CLIENT).toString());
        if (files.containsKey(NIX_TOKEN)) {
            keys.put("runner.nix-token.file", folder.resolve(NIX_TOKEN).toString());
        }
        if (files.containsKey(AUTHORITY)) {
            keys.put("runner.gateway-ca.file", folder.resolve(AUTHORITY).toString());
        }
        Path configuration = folder.resolve(CONFIGURATION);
        String before = Files.exists(configuration) ? Files.readString(configuration, StandardCharsets.UTF_8) : "";
        Secrets.write(configuration, configured(before, keys));
        written.add(configuration);
        return written;
    }

    /** A properties file with other values of some keys; its other lines stay as they are. */
    static String configured(String before, SortedMap<String, String> keys) {
        var lines = new StringBuilder();
        before.lines()
                .filter(line -> !isOf(line, keys))
                .forEach(line -> lines.append(line).append('\n'));
        return lines + KafkaCredentials.text(keys);
    }

    private static boolean isOf(String line, SortedMap<String, String> keys) {
        String text = line.strip();
        int end = 0;
        while (end < text.length() && "=: \t".indexOf(text.charAt(end)) < 0) {
            end++;
        }
        return keys.containsKey(text.substring(0, end));
    }
}
