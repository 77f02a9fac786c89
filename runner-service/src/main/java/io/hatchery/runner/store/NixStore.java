package io.hatchery.runner.store;

import io.hatchery.nix.NixCommand;
import io.hatchery.nix.NixLine;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** That of the installed Nix. */
public final class NixStore implements Store {
    private static final Duration LIMIT = Duration.ofHours(6);
    private static final String STALLED_SECONDS = "30";
    private static final String CONNECT_SECONDS = "10";

    private final StoreSettings settings;

    /** With those caches beside the host's own. */
    public NixStore(StoreSettings settings) {
        this.settings = settings;
    }

    @Override
    public void realise(String path, Path link, Consumer<FetchProgress> onProgress) throws IOException {
        if (!NixCommand.isInstalled()) {
            if (Files.exists(Path.of(path))) {
                return; // someone has put it there by other means, and nobody here can say more of it
            }
            throw new Unable("path: this host has no " + path
                    + ", and no Nix to fetch it with: install Nix (nix-bin on Debian), or copy the system there");
        }
        Files.createDirectories(link.getParent());
        Files.createDirectories(settings.folder());
        var command =
                new ArrayList<>(List.of("nix-store", "--realise", path, "--add-root", link.toString(), "--indirect"));
        option(command, "narinfo-cache-negative-ttl", "0");
        option(command, "connect-timeout", CONNECT_SECONDS);
        option(command, "stalled-download-timeout", STALLED_SECONDS);
        option(command, "download-attempts", "1");
        if (!settings.caches().isEmpty()) {
            option(command, "extra-substituters", String.join(" ", settings.caches()));
        }
        if (!settings.keys().isEmpty()) {
            option(command, "extra-trusted-public-keys", String.join(" ", settings.keys()));
        }
        if (settings.tokenFile() != null) {
            option(command, "netrc-file", netrc(settings.tokenFile()).toString());
        }
        var tally = new Tally(onProgress);
        try {
            String _ = new NixCommand(command, LIMIT, tally::hear)
                    .home(settings.folder())
                    .run();
        } catch (java.io.InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            throw new IOException("path: " + path + " cannot be fetched: " + e.getMessage() + from(), e);
        }
    }

    private String from() {
        return settings.caches().isEmpty()
                ? " (no cache is configured by runner.nix-caches)"
                : " (from " + String.join(", ", settings.caches()) + ")";
    }

    private static void option(List<String> command, String name, String value) {
        command.addAll(List.of("--option", name, value));
    }

    /** The caches' token as curl(1) reads it, which Nix uses: it stands in no argument and no environment. */
    private Path netrc(Path tokenFile) throws IOException {
        String token = Files.readString(tokenFile).strip();
        var lines = new StringBuilder();
        for (String cache : settings.caches()) {
            String machine = URI.create(cache).getHost();
            if (machine != null) {
                lines.append("machine ")
                        .append(machine)
                        .append(" login hatchery password ")
                        .append(token)
                        .append('\n');
            }
        }
        Path file = settings.folder().resolve("netrc");
        Path next = Files.createTempFile(
                settings.folder(),
                "netrc",
                "",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(next, lines);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return file;
    }

    /** Adds up the progress of Nix's downloads. */
    private static final class Tally {
        private final Consumer<FetchProgress> onProgress;
        private final Map<Long, NixLine.ActivityKind> kinds = new HashMap<>();
        private final Map<Long, Long> bytes = new HashMap<>();
        private long paths;
        private long pathsExpected;
        private long bytesExpected;

        Tally(Consumer<FetchProgress> onProgress) {
            this.onProgress = onProgress;
        }

        void hear(NixLine line) {
            switch (line) {
                case NixLine.Begun(long activity, NixLine.ActivityKind kind) -> kinds.put(activity, kind);
                case NixLine.ExpectedTransfer(NixLine.ActivityKind kind, long amount) -> {
                    if (kind == NixLine.ActivityKind.DOWNLOAD) {
                        bytesExpected = Math.max(bytesExpected, amount);
                    }
                }
                case NixLine.TransferProgress(long activity, long done, long expected) ->
                    progress(activity, done, expected);
                default -> {
                    return;
                }
            }
            if (pathsExpected > 0) {
                long sum = bytes.values().stream().mapToLong(Long::longValue).sum();
                onProgress.accept(new FetchProgress(paths, pathsExpected, sum, Math.max(bytesExpected, sum)));
            }
        }

        private void progress(long activity, long done, long expected) {
            switch (kinds.getOrDefault(activity, NixLine.ActivityKind.OTHER)) {
                case DOWNLOAD -> bytes.put(activity, done);
                case PATHS -> {
                    paths = Math.max(paths, done);
                    pathsExpected = Math.max(pathsExpected, expected);
                }
                case OTHER -> {}
            }
        }
    }
}
