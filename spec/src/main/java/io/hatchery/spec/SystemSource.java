package io.hatchery.spec;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.hatchery.spec.json.Json;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The source from which the NixOS system of a container is evaluated. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = SystemSource.Configuration.class, name = "config"),
    @JsonSubTypes.Type(value = SystemSource.Flake.class, name = "flake")
})
public sealed interface SystemSource {
    /** The option that declares it. */
    String option();

    /** The SHA-256 of the source in hexadecimal digits; equal for equal sources only. */
    default String digest() {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Json.bytes(this)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /**
     * A NixOS module, in files.
     *
     * @param files their texts, by path relative to a folder that holds nothing else
     * @param main the path of the one that is the module
     */
    record Module(SortedMap<String, String> files, String main) {
        /** Keeps an immutable copy of the files. */
        public Module {
            files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
        }
    }

    /**
     * Modules that nixpkgs evaluates.
     *
     * @param modules in the order in which they were given, the weaker layers' first; at least one
     * @param nixpkgs absolute path of the nixpkgs used, on the host of the config-service; null for what that is configured with
     * @param specialArgs a JSON object of further arguments of every module
     */
    record Configuration(List<Module> modules, @Nullable String nixpkgs, String specialArgs) implements SystemSource {
        /** Keeps an immutable copy of the modules. */
        public Configuration {
            modules = List.copyOf(modules);
        }

        @Override
        public String option() {
            return "config";
        }
    }

    /**
     * A system of a flake.
     *
     * @param reference the flake's, without a fragment
     * @param attribute its name among the flake's {@code nixosConfigurations}
     */
    record Flake(String reference, String attribute) implements SystemSource {
        @Override
        public String option() {
            return "flake";
        }
    }
}
