package io.hatchery.runner.journal;

import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Verb;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The positions up to which the host has handled its topics, on its disk, where nothing expires. An unreadable file counts as absent. */
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
     * Reads the positions from disk.
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
                "The runner continues from the committed offset of the broker and the outcomes in its ledger");
        return null;
    }

    /** The position of the commands topic; empty if none was written. */
    public Optional<TopicPosition> commands() {
        return Optional.ofNullable(commands);
    }

    /** The position of the specs topic; empty if none was written. */
    public Optional<SpecsPosition> specs() {
        return Optional.ofNullable(specs);
    }

    /** Writes the position of the commands topic durably. */
    public void keep(TopicPosition position) throws IOException {
        disk.replace(COMMANDS, Checksum.appended(Json.bytes(position)));
        commands = position;
    }

    /** Writes the position of the specs topic durably. */
    public void keep(SpecsPosition position) throws IOException {
        disk.replace(SPECS, Checksum.appended(Json.bytes(position)));
        specs = position;
    }

    /** Whether a removal below the position of the specs topic has no outcome yet. */
    boolean isOpen(CommandId removal) {
        return specs != null
                && specs.removals().stream().anyMatch(open -> open.operation().equals(removal));
    }

    /** The latest append time of the handled records of the topic that requests that verb; null if there is none. */
    public @Nullable Instant at(Verb verb) {
        if (verb == Verb.REMOVE) {
            return specs == null ? null : specs.topic().at();
        }
        return commands == null ? null : commands.at();
    }
}
