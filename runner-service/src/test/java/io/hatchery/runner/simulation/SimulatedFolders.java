package io.hatchery.runner.simulation;

import io.hatchery.runner.driver.RunFolder;
import io.hatchery.runner.driver.RunFolders;
import io.hatchery.spec.ContainerName;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The run folders of one boot of a host, which supervisors and runners share. */
final class SimulatedFolders {
    private static final long SOONEST = 500;
    private static final long LATEST = 40_000;

    private final World world;
    private final Clock clock;
    private final Map<Key, Contents> folders = new HashMap<>();

    /** Which. */
    record Key(ContainerName container, long run) {}

    private record Note(String text, Instant at) {}

    private record Follower(World.Actor process, Runnable changed) {}

    private static final class Contents {
        final Map<String, Note> notes = new HashMap<>();
        final List<Follower> followers = new ArrayList<>();
    }

    SimulatedFolders(World world, Clock clock) {
        this.world = world;
        this.clock = clock;
    }

    /** Writes a file; null if there is no such folder, else when it was written. */
    @Nullable
    Instant note(Key key, String name, String text) {
        Contents folder = folders.get(key);
        if (folder == null) {
            return null;
        }
        var note = new Note(text, clock.instant());
        folder.notes.put(name, note);
        for (Follower follower : folder.followers) {
            world.after(world.between(SOONEST, LATEST), follower.process, "", follower.changed);
        }
        return note.at;
    }

    /** Makes a link; false if there is no such folder, or something of that name in it. */
    boolean link(Key key, String name, String target) {
        Contents folder = folders.get(key);
        return folder != null && !folder.notes.containsKey(name) && note(key, name, target) != null;
    }

    /** As a runner sees them. */
    RunFolders seenBy(World.Actor process, Edge edge, Mutation mutation) {
        return new RunFolders() {
            @Override
            public RunFolder of(ContainerName container, long run) {
                return new Seen(new Key(container, run), edge, mutation);
            }

            @Override
            public long last(ContainerName container) {
                edge.check();
                return folders.keySet().stream()
                        .filter(key -> key.container.equals(container))
                        .mapToLong(Key::run)
                        .max()
                        .orElse(0);
            }

            @Override
            public void deleteAll(ContainerName container) {
                edge.before("deletes the folders of " + container);
                folders.keySet().removeIf(key -> key.container.equals(container));
                edge.afterwards("deletes the folders of " + container);
            }

            @Override
            public Runnable follow(RunFolder folder, Runnable changed) throws IOException {
                Contents contents = ((Seen) folder).contents();
                var follower = new Follower(process, changed);
                contents.followers.add(follower);
                return () -> contents.followers.remove(follower);
            }
        };
    }

    private final class Seen implements RunFolder {
        private final Key key;
        private final Edge edge;
        private final Mutation mutation;

        Seen(Key key, Edge edge, Mutation mutation) {
            this.key = key;
            this.edge = edge;
            this.mutation = mutation;
        }

        Contents contents() throws IOException {
            edge.check();
            Contents contents = folders.get(key);
            if (contents == null) {
                throw new NoSuchFileException(key.toString());
            }
            return contents;
        }

        @Override
        public void make() {
            edge.before("makes the folder of " + key);
            folders.computeIfAbsent(key, k -> new Contents());
        }

        @Override
        public boolean has(String name) {
            return note(name).isPresent();
        }

        private Optional<Note> note(String name) {
            edge.check();
            Contents contents = folders.get(key);
            return Optional.ofNullable(contents == null ? null : contents.notes.get(name));
        }

        @Override
        public Optional<String> read(String name) {
            return note(name)
                    .map(note -> mutation == Mutation.EXIT_STATUS_LOST && name.equals("exit") ? "0" : note.text);
        }

        @Override
        public Instant writtenAt(String name) {
            return note(name).orElseThrow().at;
        }

        @Override
        public void write(String name, String text) throws IOException {
            edge.before("writes " + name + " of " + key);
            Objects.requireNonNull(contents());
            SimulatedFolders.this.note(key, name, text);
        }

        @Override
        public boolean link(String name, String target) throws IOException {
            if (mutation == Mutation.BEGINNING_NOT_PREVENTED) {
                return !contents().notes.containsKey(name);
            }
            edge.before("links " + name + " of " + key);
            contents();
            boolean made = SimulatedFolders.this.link(key, name, target);
            edge.afterwards("links " + name + " of " + key);
            return made;
        }

        @Override
        public Optional<String> target(String name) {
            return note(name).map(Note::text);
        }

        @Override
        public void delete() {
            edge.before("deletes the folder of " + key);
            folders.remove(key);
            edge.afterwards("deletes the folder of " + key);
        }

        @Override
        public String toString() {
            return key.toString();
        }
    }
}
