package io.hatchery.app;

/** Text in Markdown. */
final class Markdown {
    private Markdown() {}

    /** That text in a cell of a table. */
    static String cell(String text) {
        return text.replace("|", "\\|").replace("<", "&lt;");
    }
}
