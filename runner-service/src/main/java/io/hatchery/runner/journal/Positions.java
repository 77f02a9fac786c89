package io.hatchery.runner.journal;

import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Verb;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How far the host has handled its topics, on its disk, where nothing expires. A file that cannot be read counts as none. */
public final class Positions {
    private static final String COMMANDS = "commands-position.json";
    private static final String SPECS = "specs-position.json";

    private final Disk disk;
    private @Nullable TopicPosition commands;
    private @Nullable SpecsPosition specs;

    private Positions(Disk disk) {
        this.disk = disk;
    }

    /**
     * Reads what is on disk.
     *
     * @param disk the runner's data folder
     */
    public static Positions open(Disk disk) throws IOException {
        var positions = new Positions(disk);
        positions.commands = positions.read(COMMANDS, TopicPosition.class);
        positions.specs = positions.read(SPECS, SpecsPosition.class);
        return positions;
    }

    private <T> @Nullable T read(String file, Class<T> type) throws IOException {
        Optional<byte[]> bytes = disk.read(file);
        if (bytes.isEmpty()) {
            return null;
        }
        String reason;
        try {
            Optional<byte[]> checked = Checksum.verified(bytes.get());
            if (checked.isPresent()) {
                return Json.read(checked.get(), type);
            }
            reason = "its checksum does not match";
        } catch (UnreadableException e) {
            reason = String.valueOf(e.getMessage());
        }
        DamagedFile.setAside(
                disk,
                file,
                bytes.get(),
                reason,
                "What was handled is known from the broker's committed offset and from the last outcomes alone");
        return null;
    }

    /** Of the commands; empty if it was never written. */
    public Optional<TopicPosition> commands() {
        return Optional.ofNullable(commands);
    }

    /** Of the specs; empty if it was never written. */
    public Optional<SpecsPosition> specs() {
        return Optional.ofNullable(specs);
    }

    /** Writes that of the commands; durable when this returns. */
    public void keep(TopicPosition position) throws IOException {
        disk.replace(COMMANDS, Checksum.appended(Json.bytes(position)));
        commands = position;
    }

    /** Writes that of the specs; durable when this returns. */
    public void keep(SpecsPosition position) throws IOException {
        disk.replace(SPECS, Checksum.appended(Json.bytes(position)));
        specs = position;
    }

    /** Whether a removal of the handled specs has no outcome yet, as far as the disk says. */
    boolean isOpen(CommandId removal) {
        return specs != null
                && specs.removals().stream().anyMatch(open -> open.operation().equals(removal));
    }

    /** The latest append time of what is handled, on the topic where what asks for that verb is read; null if there is none. */
    public @Nullable Instant at(Verb verb) {
        if (verb == Verb.REMOVE) {
            return specs == null ? null : specs.topic().at();
        }
        return commands == null ? null : commands.at();
    }
}
