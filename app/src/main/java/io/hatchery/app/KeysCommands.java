package io.hatchery.app;

import io.hatchery.bus.authentication.FleetKeys;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code hatchery keys}: the keys with which services and hosts sign records. */
@Command(
        name = "keys",
        description = "Replace the keys with which services and hosts sign records, in two steps: add, then use",
        subcommands = {KeysCommands.ListKeys.class, KeysCommands.AddKey.class, KeysCommands.UseKey.class},
        mixinStandardHelpOptions = true)
final class KeysCommands {
    /** The folder of the keys. */
    static final class KeysFolder {
        @Mixin
        private SettingsOptions options = new SettingsOptions();

        @Option(
                names = "--folder",
                paramLabel = "DIR",
                description =
                        "Folder with the keys of the fleet, as for hatchery acls (default: users in the data folder)")
        private @Nullable Path folder;

        private RecordKeyFiles files() {
            return new RecordKeyFiles(folder == null ? KafkaSettings.users(options.settings()) : folder);
        }

        FleetKeys keys() throws IOException {
            RecordKeyFiles files = files();
            return files.find()
                    .orElseThrow(() -> new UserError("there are no keys in "
                            + files.folder().resolve(RecordKeyFiles.FLEET) + ": hatchery acls --apply makes them"));
        }

        void replace(UnaryOperator<FleetKeys> change, String next) throws IOException {
            FleetKeys changed = change.apply(keys());
            List<String> users = files().replace(changed);
            print(changed);
            Output.line("Written for " + String.join(", ", users) + ".");
            Output.line(next);
        }
    }

    private static void print(FleetKeys keys) {
        keys.byId()
                .keySet()
                .forEach(id -> Output.line("key " + id
                        + (id.equals(keys.current())
                                ? ": records are signed with it"
                                : ": records that it signed are accepted")));
    }

    /** {@code hatchery keys list}. */
    @Command(name = "list", description = "Show the ids of the fleet's keys", mixinStandardHelpOptions = true)
    static final class ListKeys implements Runnable {
        @Mixin
        private KeysFolder folder = new KeysFolder();

        @Override
        public void run() {
            try {
                print(folder.keys());
            } catch (IOException e) {
                throw new UserError("the keys cannot be read: " + e.getMessage(), e);
            }
        }
    }

    /** {@code hatchery keys add}. */
    @Command(
            name = "add",
            description =
                    "Make a new key that readers accept and nobody signs with yet, and forget the one before the present",
            footer = "Running services read a changed file within seconds.",
            mixinStandardHelpOptions = true)
    static final class AddKey implements Runnable {
        @Mixin
        private KeysFolder folder = new KeysFolder();

        @Override
        public void run() {
            try {
                folder.replace(
                        FleetKeys::withNext,
                        "Copy each user's " + RecordKeyFiles.USER
                                + " to its host, as you did when you added it. Then sign with the new key: hatchery keys use");
            } catch (IOException e) {
                throw new UserError("no key is made: " + e.getMessage(), e);
            }
        }
    }

    /** {@code hatchery keys use}. */
    @Command(
            name = "use",
            description = "Sign records with the newest key; those that the one before signed are still accepted",
            footer = "All services and hosts must have the key already, from hatchery keys add.",
            mixinStandardHelpOptions = true)
    static final class UseKey implements Runnable {
        @Mixin
        private KeysFolder folder = new KeysFolder();

        @Override
        public void run() {
            try {
                folder.replace(
                        FleetKeys::withNewestCurrent,
                        "Copy each user's " + RecordKeyFiles.USER
                                + " to its host. Add the next key in 30 days at the earliest:"
                                + " events that the former one signed are kept so long");
            } catch (IOException e) {
                throw new UserError("the key is not changed: " + e.getMessage(), e);
            }
        }
    }
}
