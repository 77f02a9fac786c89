package io.hatchery.app;

import java.io.PrintWriter;
import java.io.StringWriter;

/**
 * A command line that was executed in this process.
 *
 * @param code the exit code
 * @param err what was written to the error output
 */
record CommandRun(int code, String err) {
    static CommandRun of(String... arguments) {
        var err = new StringWriter();
        int code = Main.commandLine().setErr(new PrintWriter(err, true)).execute(arguments);
        return new CommandRun(code, err.toString());
    }
}
