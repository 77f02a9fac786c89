package io.hatchery.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** Root file systems, made offline. */
final class Roots {
    private static final Path BUSYBOX = Path.of("/bin/busybox");
    private static final List<String> APPLETS = List.of(
            "sh", "sleep", "cat", "echo", "kill", "mkdir", "touch", "mount", "id", "env", "true", "printf", "rm",
            "reboot");

    private Roots() {}

    /** A folder with busybox and nothing else. */
    static Path busybox(Path folder) {
        try {
            for (String name : List.of("bin", "sbin", "etc", "proc", "sys", "dev", "tmp", "run", "usr/lib")) {
                Files.createDirectories(folder.resolve(name));
            }
            Files.copy(BUSYBOX, folder.resolve("bin/busybox"), StandardCopyOption.REPLACE_EXISTING);
            for (String applet : APPLETS) {
                Path link = folder.resolve("bin").resolve(applet);
                if (!Files.exists(link, LinkOption.NOFOLLOW_LINKS)) {
                    Files.createSymbolicLink(link, Path.of("busybox"));
                }
            }
            Files.writeString(folder.resolve("etc/os-release"), "ID=busybox\n");
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same with an init of its own, a shell script without its first line. */
    static Path busybox(Path folder, String init) {
        busybox(folder);
        try {
            script(folder.resolve("sbin/init"), init);
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A folder of what containers take for NixOS systems: {@code 0}, and a further one for each script that switches to it. */
    static Path systems(Path folder, String... switches) throws IOException {
        for (int i = 0; i <= switches.length; i++) {
            Path system = folder.resolve(Integer.toString(i));
            script(system.resolve("init"), "while :; do sleep 1000; done");
            script(system.resolve("bin/switch-to-configuration"), i == 0 ? "exit 1" : switches[i - 1]);
        }
        return folder;
    }

    private static void script(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + text + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** A Debian with systemd inside; made once for all tests of a build. */
    static synchronized Path debian() {
        Path root = Path.of("target/debian").toAbsolutePath();
        if (!Files.exists(root)) {
            Path unfinished = Path.of("target/debian.unfinished").toAbsolutePath();
            AcceptanceTestBase.delete(unfinished);
            System.out.println("Making a Debian with systemd inside …");
            ProcessResult.toEnd(new ProcessBuilder(
                            "mmdebstrap",
                            "--quiet",
                            "--variant=minbase",
                            "--include=systemd,systemd-sysv,dbus",
                            "bookworm",
                            unfinished.toString()))
                    .orFail();
            try {
                Files.move(unfinished, root);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return root;
    }
}
