package io.hatchery.runner.systemd;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Reads a unit as systemd does: systemd.syntax(7), systemd.service(5), "Command lines". What it does not expect in a unit of ours is an error. */
final class UnitReader {
    private static final int HEX = 16;

    /** A directive with its section. */
    record Directive(String section, String key, String value) {}

    private UnitReader() {}

    /** The directives of a unit, in order. */
    static List<Directive> directives(String unit) {
        var directives = new ArrayList<Directive>();
        String section = "";
        // systemd ends a line at each of these.
        for (String line : unit.split("[\n\r\0]")) {
            if (line.isEmpty() || line.startsWith("#") || line.startsWith(";")) {
                continue;
            }
            if (line.endsWith("\\")) {
                throw new AssertionError("the line goes on in the next one: " + line);
            }
            if (line.startsWith("[")) {
                section = line;
                continue;
            }
            int equals = line.indexOf('=');
            if (equals < 1) {
                throw new AssertionError("not a directive: " + line);
            }
            directives.add(new Directive(section, line.substring(0, equals), line.substring(equals + 1)));
        }
        return directives;
    }

    /**
     * The words of a command line, with specifiers and variables replaced.
     *
     * @param variables the unit's
     */
    static List<String> command(String value, Map<String, String> variables) {
        if (!value.startsWith("\"/")) {
            throw new AssertionError("the program may have a prefix that changes how it is run: " + value);
        }
        return words(value, true).stream()
                .map(UnitReader::withoutSpecifiers)
                .map(word -> withVariables(word, variables))
                .toList();
    }

    /**
     * The words of a value.
     *
     * @param unescape whether the directive knows escapes such as {@code \n}; else a backslash is left out
     */
    static List<String> words(String value, boolean unescape) {
        var words = new ArrayList<String>();
        int at = 0;
        while (at < value.length()) {
            if (value.charAt(at) == ' ') {
                at++;
                continue;
            }
            if (value.charAt(at) == ';') {
                throw new AssertionError("another command begins: " + value.substring(at));
            }
            var word = new StringBuilder();
            at = word(value, at, unescape, word);
            words.add(word.toString());
        }
        return words;
    }

    private static int word(String value, int from, boolean unescape, StringBuilder word) {
        char quote = 0;
        int at = from;
        for (; at < value.length() && (quote != 0 || value.charAt(at) != ' '); at++) {
            char c = value.charAt(at);
            if (c == '\\') {
                at = escape(value, at + 1, unescape, word);
            } else if (c == quote) {
                quote = 0;
            } else if (quote == 0 && (c == '"' || c == '\'')) {
                quote = c;
            } else {
                word.append(c);
            }
        }
        if (quote != 0) {
            throw new AssertionError("a quote is not closed: " + value);
        }
        return at;
    }

    private static int escape(String value, int at, boolean unescape, StringBuilder word) {
        char c = value.charAt(at);
        if (!unescape) {
            word.append(c);
            return at;
        }
        switch (c) {
            case 'n' -> word.append('\n');
            case 't' -> word.append('\t');
            case '\\', '"', '\'' -> word.append(c);
            case 'x' -> {
                word.append((char) Integer.parseInt(value.substring(at + 1, at + 3), HEX));
                return at + 2;
            }
            case 'u' -> {
                word.append((char) Integer.parseInt(value.substring(at + 1, at + 5), HEX));
                return at + 4;
            }
            default -> throw new AssertionError("an unknown escape: " + value.substring(at));
        }
        return at;
    }

    /** A text in which each per cent sign is there twice. */
    static String withoutSpecifiers(String text) {
        var plain = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '%') {
                i++;
                if (i == text.length() || text.charAt(i) != '%') {
                    throw new AssertionError("a specifier: " + text);
                }
            }
            plain.append(text.charAt(i));
        }
        return plain.toString();
    }

    private static String withVariables(String word, Map<String, String> variables) {
        var plain = new StringBuilder();
        for (int i = 0; i < word.length(); i++) {
            char c = word.charAt(i);
            if (c != '$') {
                plain.append(c);
            } else if (word.startsWith("$$", i)) {
                plain.append('$');
                i++;
            } else {
                int end = word.indexOf('}', i);
                String value = word.startsWith("${", i) && end > 0 ? variables.get(word.substring(i + 2, end)) : null;
                if (value == null) {
                    throw new AssertionError("a variable that is not the unit's: " + word);
                }
                plain.append(value);
                i = end;
            }
        }
        return plain.toString();
    }

    /** The variables of an environment file in which all values are quoted: systemd.exec(5), "EnvironmentFile=". */
    static Map<String, String> variables(String file) {
        var variables = new TreeMap<String, String>();
        int at = 0;
        while (at < file.length()) {
            int equals = file.indexOf('=', at);
            String name = file.substring(at, equals);
            if (!name.matches("[A-Z_0-9]+") || file.charAt(equals + 1) != '"') {
                throw new AssertionError("not a quoted variable: " + file.substring(at));
            }
            var value = new StringBuilder();
            int i = equals + 2;
            for (; file.charAt(i) != '"'; i++) {
                if (file.charAt(i) == '\\' && "\"\\`$\n".indexOf(file.charAt(i + 1)) >= 0) {
                    i++;
                }
                value.append(file.charAt(i));
            }
            if (file.charAt(i + 1) != '\n') {
                throw new AssertionError("something follows the value: " + file.substring(i));
            }
            variables.put(name, value.toString());
            at = i + 2;
        }
        return variables;
    }
}
