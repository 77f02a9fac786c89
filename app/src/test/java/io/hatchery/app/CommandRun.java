package io.hatchery.app;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;

/**
 * A command line that was executed in this process.
 *
 * @param code the exit code
 * @param out what was written to the standard output
 * @param err what was written to the error output
 */
record CommandRun(int code, String out, String err) {
    static CommandRun of(String... arguments) {
        var err = new StringWriter();
        var out = new ByteArrayOutputStream();
        PrintStream before = System.out;
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        try {
            int code = Main.commandLine().setErr(new PrintWriter(err, true)).execute(arguments);
            return new CommandRun(code, out.toString(StandardCharsets.UTF_8), err.toString());
        } finally {
            System.setOut(before);
        }
    }
}
