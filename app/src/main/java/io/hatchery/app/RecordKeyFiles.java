package io.hatchery.app;

import io.hatchery.bus.authentication.FleetKeys;
import io.hatchery.bus.authentication.KeyFile;
import io.hatchery.protocol.access.Principal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.stream.Stream;

/**
 * The keys with which services and hosts sign records: the fleet's own, which only an administrator needs, and in the folder of each
 * user those that are derived for it.
 *
 * @param folder with a folder for each user
 */
record RecordKeyFiles(Path folder) {
    /** The fleet's keys. */
    static final String FLEET = "fleet-keys.properties";

    /** The keys of one user, beside its credentials. */
    static final String USER = "record-keys.properties";

    /** The file with the keys of the user that has these credentials. */
    static Path beside(Path credentials) {
        String name = credentials.getFileName().toString();
        return credentials.resolveSibling(
                name.endsWith("." + KafkaCredentials.CLIENT)
                        ? name.substring(0, name.length() - KafkaCredentials.CLIENT.length()) + USER
                        : USER);
    }

    private Path fleet() {
        return folder.resolve(FLEET);
    }

    /** The file with the keys of a user. */
    Path file(String user) {
        return folder.resolve(user).resolve(USER);
    }

    /**
     * The fleet's keys.
     *
     * @return empty if none were made yet
     * @throws UserError if they are damaged, or lost while services use keys that were derived from them
     */
    Optional<FleetKeys> find() throws IOException {
        if (Files.exists(fleet())) {
            try {
                return Optional.of(FleetKeys.of(KeyFile.properties(fleet())));
            } catch (IllegalArgumentException e) {
                throw new UserError(
                        "the fleet's keys in " + fleet() + " are damaged: " + e.getMessage()
                                + ". Restore the file from a backup",
                        e);
            }
        }
        List<String> users = withKeys();
        if (!users.isEmpty()) {
            throw new UserError("the fleet's keys are not in " + fleet() + ", and " + String.join(", ", users)
                    + " have keys that were derived from them: restore the file from a backup, or delete "
                    + folder.resolve("*").resolve(USER) + ", which makes new keys for all services and hosts");
        }
        return Optional.empty();
    }

    /** Makes sure that principals have the fleet's present keys; creates the fleet's first key. */
    void apply(Collection<Principal> principals) throws IOException {
        Optional<FleetKeys> found = find();
        FleetKeys keys = found.isPresent() ? found.get() : FleetKeys.random();
        if (found.isEmpty()) {
            Secrets.write(fleet(), KafkaCredentials.text(keys.properties()));
        }
        for (Principal principal : principals) {
            write(principal, keys);
        }
    }

    private void write(Principal principal, FleetKeys keys) throws IOException {
        SortedMap<String, String> properties = keys.of(principal);
        Path file = file(principal.user());
        String text = KafkaCredentials.text(properties);
        // Services read a file again that has changed.
        if (!properties.isEmpty()
                && !(Files.exists(file) && Files.readString(file).equals(text))) {
            Secrets.write(file, text);
        }
    }

    /**
     * Replaces the fleet's keys, and those of all users that have some.
     *
     * @return the users
     */
    List<String> replace(FleetKeys keys) throws IOException {
        Secrets.write(fleet(), KafkaCredentials.text(keys.properties()));
        List<String> users = withKeys();
        for (String user : users) {
            Optional<Principal> principal = Principal.ofService(user);
            if (principal.isPresent()) {
                write(principal.get(), keys);
            }
        }
        return users;
    }

    /** The users that have keys. */
    private List<String> withKeys() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        var users = new ArrayList<String>();
        try (Stream<Path> folders = Files.list(folder)) {
            folders.sorted()
                    .map(user -> user.getFileName().toString())
                    .filter(user -> Files.exists(file(user)))
                    .forEach(users::add);
        }
        return users;
    }
}
