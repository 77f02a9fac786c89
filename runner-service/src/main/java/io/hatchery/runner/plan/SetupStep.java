package io.hatchery.runner.plan;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;
import java.util.Locale;

/** Something that is done before nspawn begins, or once it has made the container's network. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = SetupStep.Directory.class, name = "directory"),
    @JsonSubTypes.Type(value = SetupStep.EmptyFile.class, name = "emptyFile"),
    @JsonSubTypes.Type(value = SetupStep.Copy.class, name = "copy"),
    @JsonSubTypes.Type(value = SetupStep.RealPath.class, name = "realPath"),
    @JsonSubTypes.Type(value = SetupStep.RemoveInterface.class, name = "removeInterface"),
    @JsonSubTypes.Type(value = SetupStep.RemoveForward.class, name = "removeForward"),
    @JsonSubTypes.Type(value = SetupStep.KernelSetting.class, name = "kernelSetting"),
    @JsonSubTypes.Type(value = SetupStep.Ip.class, name = "ip")
})
public sealed interface SetupStep {
    /** Where a command is run. */
    enum Side {
        /** In the host's network. */
        HOST,
        /** In the container's, by the host's program. */
        CONTAINER;

        /** As it is written. */
        @JsonValue
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * A directory that is made unless it is there.
     *
     * @param path on the host
     * @param mode in octal
     */
    record Directory(String path, String mode) implements SetupStep {}

    /** An empty file that is made unless something is there. */
    record EmptyFile(String path) implements SetupStep {}

    /** A file that takes the place of another, or of a symbolic link. */
    record Copy(String from, String to) implements SetupStep {}

    /** A path of the host that must be without links: the start fails if a link has taken the place of a part of it since it was checked. */
    record RealPath(String path) implements SetupStep {}

    /**
     * A veth interface that an earlier run may have left. One of that name that does not carry the alias is not removed: the start fails.
     *
     * @param name of the interface, possibly an alternative one
     * @param alias that marks the interfaces of the container, {@code hatchery:<container>}
     */
    record RemoveInterface(String name, String alias) implements SetupStep {}

    /**
     * A port forward that an nspawn which was killed may have left: with one to another address nspawn forwards nothing.
     *
     * @param protocol {@code tcp} or {@code udp}
     * @param port the host's
     */
    record RemoveForward(String protocol, int port) implements SetupStep {}

    /**
     * A setting of the host's kernel, see proc(5), that is made unless it is so already.
     *
     * @param path below {@code /proc/sys}
     */
    record KernelSetting(String path, String value) implements SetupStep {}

    /**
     * A call of ip(8).
     *
     * @param side whose network it is about
     * @param arguments without the program
     */
    record Ip(Side side, List<String> arguments) implements SetupStep {
        /** Keeps an immutable copy of the arguments. */
        public Ip {
            arguments = List.copyOf(arguments);
        }

        static Ip host(String... arguments) {
            return new Ip(Side.HOST, List.of(arguments));
        }

        static Ip container(String... arguments) {
            return new Ip(Side.CONTAINER, List.of(arguments));
        }
    }
}
