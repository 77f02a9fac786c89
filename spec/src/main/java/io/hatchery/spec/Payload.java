package io.hatchery.spec;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;

/** What a container runs: exactly one of these. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Payload.SystemPath.class, name = "path"),
    @JsonSubTypes.Type(value = Payload.Boot.class, name = "boot"),
    @JsonSubTypes.Type(value = Payload.Program.class, name = "command")
})
public sealed interface Payload {
    /**
     * An evaluated NixOS system, whose {@code init} is run.
     *
     * @param path absolute path of the system in the store, or of a profile link that is resolved at each start
     */
    record SystemPath(String path) implements Payload {}

    /** The root's own init ({@code --boot} of systemd-nspawn(1)). */
    record Boot() implements Payload {}

    /**
     * A program, run as PID 2 behind nspawn's stub init.
     *
     * @param command the program and its arguments, at least one element
     */
    record Program(List<String> command) implements Payload {
        /** Keeps an immutable copy of the arguments. */
        public Program {
            command = List.copyOf(command);
        }
    }
}
