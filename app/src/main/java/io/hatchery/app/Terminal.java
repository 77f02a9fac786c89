package io.hatchery.app;

import java.io.Console;
import java.util.Optional;

/** The interactive terminal, if there is one. */
final class Terminal {
    private Terminal() {}

    /** The console, if input and output are a terminal. */
    static Optional<Console> console() {
        return Optional.ofNullable(System.console()).filter(Console::isTerminal);
    }

    /**
     * Asks a question that is answered by yes or no.
     *
     * @param question ends with a question mark
     * @throws UserError if the answer is not yes
     */
    static void confirm(Console console, String question) {
        String answer = console.readLine("%s [y/N] ", Output.printable(question));
        if (answer == null || !answer.strip().matches("(?i)y(es)?")) {
            throw new UserError("nothing was changed");
        }
    }
}
