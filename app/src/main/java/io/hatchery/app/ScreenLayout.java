package io.hatchery.app;

import io.hatchery.runner.plan.PrintableText;
import java.util.ArrayList;
import java.util.List;

/** Crops text to a terminal, so that no line wraps and nothing scrolls. */
final class ScreenLayout {
    /** The number of lines of the footer. */
    private static final int FOOTER = 1;

    private ScreenLayout() {}

    /**
     * The lines that are shown.
     *
     * @param text a table with its heads in the first line
     * @param rows of the terminal, at least 1
     * @param columns of the terminal, at least 1
     */
    static List<String> crop(String text, int rows, int columns) {
        List<String> all = text.lines().toList();
        int room = Math.max(0, rows - FOOTER);
        var shown = new ArrayList<String>();
        for (String line : all.subList(0, Math.min(room, all.size()))) {
            shown.add(crop(line, columns));
        }
        int hidden = all.size() - shown.size();
        shown.add(crop((hidden == 0 ? "" : hidden + " more; ") + "q quits", columns));
        return shown;
    }

    private static String crop(String line, int columns) {
        String plain = PrintableText.whole(line);
        return plain.codePointCount(0, plain.length()) <= columns
                ? plain
                : plain.substring(0, plain.offsetByCodePoints(0, Math.max(0, columns - 1))) + "…";
    }
}
