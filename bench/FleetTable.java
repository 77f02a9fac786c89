import java.util.ArrayList;
import java.util.List;

/** The measured values, each beside its limit. */
final class FleetTable {
    private record Row(String what, String measured, String limit, String verdict) {
        List<String> cells() {
            return List.of(what, measured, limit, verdict);
        }
    }

    private final List<Row> rows = new ArrayList<>();

    /** Adds a value without a limit. */
    void add(String what, String measured) {
        add(new Row(what, measured, "", ""));
    }

    /** Adds a value that may be at most the limit. */
    void atMost(String what, double measured, double limit, String unit) {
        add(new Row(what, number(measured) + " " + unit, "≤ " + number(limit) + " " + unit, measured <= limit ? "ok" : "OVER"));
    }

    /** Adds a value that must be at least the limit. */
    void atLeast(String what, double measured, double limit, String unit) {
        add(new Row(what, number(measured) + " " + unit, "≥ " + number(limit) + " " + unit, measured >= limit ? "ok" : "UNDER"));
    }

    /** Adds a measurement that did not end. */
    void failed(String what, String reason, String limit) {
        add(new Row(what, reason, limit, "OVER"));
    }

    private synchronized void add(Row row) {
        rows.add(row);
        System.out.println(String.join("  ", row.cells()).strip());
    }

    private static String number(double value) {
        return value >= 100 || value == Math.rint(value) ? String.format("%,d", Math.round(value)) : String.format("%.2f", value);
    }

    synchronized void print() {
        List<String> head = List.of("what", "measured", "limit", "");
        int[] widths = head.stream().mapToInt(String::length).toArray();
        rows.forEach(row -> {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.cells().get(i).length());
            }
        });
        line(head, widths);
        line(List.of("-".repeat(widths[0]), "-".repeat(widths[1]), "-".repeat(widths[2]), "-".repeat(widths[3])), widths);
        rows.forEach(row -> line(row.cells(), widths));
    }

    private static void line(List<String> cells, int[] widths) {
        var line = new StringBuilder("|");
        for (int i = 0; i < widths.length; i++) {
            line.append(' ').append(cells.get(i)).append(" ".repeat(widths[i] - cells.get(i).length())).append(" |");
        }
        System.out.println(line);
    }
}
