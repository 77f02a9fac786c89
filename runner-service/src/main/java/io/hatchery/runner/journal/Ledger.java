package io.hatchery.runner.journal;

import io.hatchery.protocol.CommandId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which commands have had their outcome: on disk, since a command may be delivered again after a reboot. It remembers for
 * as long as the commands' topic does.
 */
public final class Ledger implements AutoCloseable {
    private static final Duration KEPT = Duration.ofDays(8);

    private final Map<CommandId, Instant> ended;
    private final FileChannel file;

    private Ledger(Map<CommandId, Instant> ended, FileChannel file) {
        this.ended = ended;
        this.file = file;
    }

    /** Opens it, and drops what is too old to come again. */
    public static Ledger open(Path path, Instant now) throws IOException {
        var ended = new LinkedHashMap<CommandId, Instant>();
        if (Files.exists(path)) {
            for (String line : Files.readAllLines(path)) {
                int blank = line.indexOf(' ');
                // A power cut may have left the last line short; its command has then no outcome on the broker either.
                if (blank > 0 && line.length() > blank + 1) {
                    Instant at = Instant.ofEpochSecond(Long.parseLong(line.substring(0, blank)));
                    if (at.plus(KEPT).isAfter(now)) {
                        ended.put(new CommandId(line.substring(blank + 1)), at);
                    }
                }
            }
        }
        var text = new StringBuilder();
        ended.forEach((id, at) -> text.append(line(id, at)));
        WholeFile.replace(path, text.toString().getBytes(StandardCharsets.UTF_8));
        return new Ledger(ended, FileChannel.open(path, StandardOpenOption.WRITE, StandardOpenOption.APPEND));
    }

    private static String line(CommandId id, Instant at) {
        return at.getEpochSecond() + " " + id + "\n";
    }

    /** Whether that command has ended. */
    public boolean hasEnded(CommandId id) {
        return ended.containsKey(id);
    }

    /** Notes that a command has ended; on disk when this returns. */
    public void end(CommandId id, Instant at) throws IOException {
        if (!ended.containsKey(id)) {
            file.write(ByteBuffer.wrap(line(id, at).getBytes(StandardCharsets.UTF_8)));
            file.force(false);
            ended.put(id, at);
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
