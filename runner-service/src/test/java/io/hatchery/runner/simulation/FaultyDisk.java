package io.hatchery.runner.simulation;

import io.hatchery.runner.journal.Disk;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** A disk with a bug put in on purpose. */
final class FaultyDisk implements Disk {
    private static final String POSITION = "commands-position.json";

    private final Disk disk;
    private final Mutation mutation;

    FaultyDisk(Disk disk, Mutation mutation) {
        this.disk = disk;
        this.mutation = mutation;
    }

    @Override
    public List<String> list(String folder) throws IOException {
        return disk.list(folder);
    }

    @Override
    public Optional<byte[]> read(String file) throws IOException {
        return disk.read(file);
    }

    @Override
    public void replace(String file, byte[] bytes) throws IOException {
        switch (mutation) {
            case JOURNAL_NOT_WRITTEN -> {
                if (file.endsWith("state.json") && disk.read(file).isPresent()) {
                    return;
                }
            }
            case SPEC_NOT_KEPT -> {
                if (file.startsWith("specs/") && !file.endsWith(".removal.json")) {
                    return;
                }
            }
            case REMOVAL_NOT_KEPT -> {
                if (file.endsWith(".removal.json")) {
                    return;
                }
                if (file.equals("specs-position.json")) {
                    byte[] closed = with(bytes, "\"open\":\\[[^]]*]", "\"open\":[]");
                    disk.replace(file, with(closed, "\"removals\":\\[[^]]*]", "\"removals\":[]"));
                    return;
                }
            }
            case REPLACED_BY_APPENDING -> {
                disk.delete(file, false);
                disk.append(file, bytes);
                return;
            }
            case COMMIT_BEFORE_OUTCOME -> {
                if (file.equals(POSITION)) {
                    disk.replace(file, with(bytes, "\"open\":\\[[^]]*]", "\"open\":[]"));
                    return;
                }
            }
            case WATERMARK_OFF_BY_ONE -> {
                if (file.equals(POSITION)) {
                    disk.replace(file, with(bytes, "\"open\":\\[[0-9]+,?", "\"open\":["));
                    return;
                }
            }
            default -> {}
        }
        disk.replace(file, bytes);
    }

    /** Text with something in place of something else, and with the checksum of what it is then. */
    private static byte[] with(byte[] bytes, String regex, String replacement) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        String json = text.substring(0, text.lastIndexOf("\nsha256:")).replaceFirst(regex, replacement);
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(json.getBytes(StandardCharsets.UTF_8));
            return (json + "\nsha256:" + HexFormat.of().formatHex(digest) + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void append(String file, byte[] bytes) throws IOException {
        disk.append(file, bytes);
    }

    @Override
    public Future<Void> sync(String file) {
        return mutation == Mutation.APPEND_NOT_SYNCED ? Future.succeededFuture() : disk.sync(file);
    }

    @Override
    public void delete(String file, boolean durable) throws IOException {
        if (mutation != Mutation.NOTHING_DELETED) {
            disk.delete(file, durable && mutation != Mutation.DELETED_UNDURABLY);
        }
    }
}
