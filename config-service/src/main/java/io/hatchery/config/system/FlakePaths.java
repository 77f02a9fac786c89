package io.hatchery.config.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The paths of this host that flakes and their inputs may use. */
final class FlakePaths {
    private static final Path STORE = Path.of("/nix/store");

    private final List<Path> prefixes;

    FlakePaths(List<Path> prefixes) {
        this.prefixes = List.copyOf(prefixes);
    }

    /**
     * Whether an administrator has allowed that path, symbolic links resolved, or it is in Nix's store, which everyone may read. Nix
     * takes {@code ..} away before it follows links, and Git follows them first: both must be allowed.
     */
    boolean allows(Path path) throws IOException {
        Path absolute = path.toAbsolutePath();
        try {
            return isBelow(real(absolute.normalize())) && (!Files.exists(absolute) || isBelow(absolute.toRealPath()));
        } catch (NoSuchFileException danglingLink) {
            return false;
        }
    }

    private boolean isBelow(Path real) throws IOException {
        if (real.startsWith(STORE) && real.getNameCount() > STORE.getNameCount()) {
            return true;
        }
        for (Path prefix : prefixes) {
            if (real.startsWith(real(prefix.normalize()))) {
                return true;
            }
        }
        return false;
    }

    /** With symbolic links resolved as far as it is there. */
    private static Path real(Path normal) throws IOException {
        Path there = normal;
        while (there.getParent() != null && !Files.exists(there, LinkOption.NOFOLLOW_LINKS)) {
            there = there.getParent();
        }
        return there.toRealPath().resolve(there.relativize(normal));
    }

    /** Why a reference may not be used; null if it may. */
    @Nullable
    String refusal(String words, FlakeReference reference, @Nullable Path base) throws IOException {
        return switch (reference) {
            case FlakeReference.Remote r -> null;
            case FlakeReference.Registered r -> null;
            case FlakeReference.Unknown u ->
                words
                        + " is of a kind that is not allowed here: give a reference with github:, gitlab:, sourcehut:, https: or"
                        + " git+https:, or a path that config.flake-paths lists";
            case FlakeReference.Local(String path) ->
                path.indexOf('\0') < 0 && allows(base == null ? Path.of(path) : base.resolve(path))
                        ? null
                        : words
                                + " is a path on the host of the config-service, and no path that its key config.flake-paths"
                                + " lists: give a reference over the network, or have an administrator add the path there";
        };
    }
}
