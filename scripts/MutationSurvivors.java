import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;

/**
 * Compares the mutations that no test noticed with the list of those that are known, each with a reason.
 *
 * <p>usage: {@code java scripts/MutationSurvivors.java LIST MODULE...}, where each module has {@code target/pit-reports/mutations.xml}. Exits with 1 if a
 * survivor is not in the list, or a listed one no longer survives. A row is matched by class, method, text of the source line, and mutation, not by line
 * number, so that the list stays true when code moves. A line on which a mutation survives in two places has two rows.
 */
final class MutationSurvivors {
    private static final Pattern ROW = Pattern.compile("\\| `(.*?)` \\| `(.*)` \\| (.*?) \\| (.*?) \\|");
    private static final Pattern SECTION = Pattern.compile("## (\\S+)");

    /** A mutation, in the words of the list. */
    private record Mutation(String type, String method, String line, String change) implements Comparable<Mutation> {
        @Override
        public int compareTo(Mutation other) {
            return toString().compareTo(other.toString());
        }

        String row(String reason) {
            return "| `" + method + "` | `" + line.replace("|", "\\|") + "` | " + change + " | " + reason + " |";
        }
    }

    /** How often a mutation was made, and what became of it. */
    private static final class Fate {
        private int survived;
        private int timedOut;
    }

    private MutationSurvivors() {}

    public static void main(String[] arguments) throws Exception {
        var made = new TreeMap<Mutation, Fate>();
        int total = 0;
        for (String module : List.of(arguments).subList(1, arguments.length)) {
            total += read(Path.of(module), made);
        }
        var listed = listed(Path.of(arguments[0]));
        var unlisted = new ArrayList<Mutation>();
        made.forEach((mutation, fate) -> {
            int rows = Collections.frequency(listed, mutation);
            unlisted.addAll(Collections.nCopies(Math.max(0, fate.survived - rows), mutation));
        });
        var gone = new ArrayList<Mutation>();
        for (Mutation mutation : new TreeSet<>(listed)) {
            Fate fate = made.getOrDefault(mutation, new Fate());
            int rows = Collections.frequency(listed, mutation);
            if (isTested(mutation, made.keySet()) && rows > fate.survived + fate.timedOut) {
                gone.addAll(Collections.nCopies(rows - fate.survived, mutation));
            }
        }
        int survived = made.values().stream().mapToInt(fate -> fate.survived).sum();
        System.out.println("mutation: " + total + " mutations, " + survived + " survive");
        report("no test notices these mutations: write a test, or add the row with a reason to " + arguments[0], unlisted);
        report("these rows of " + arguments[0] + " no longer survive: remove them", gone);
        System.exit(unlisted.isEmpty() && gone.isEmpty() ? 0 : 1);
    }

    private static boolean isTested(Mutation mutation, Iterable<Mutation> made) {
        for (Mutation other : made) {
            if (other.type().equals(mutation.type())) {
                return true;
            }
        }
        return false;
    }

    private static void report(String heading, List<Mutation> mutations) {
        if (mutations.isEmpty()) {
            return;
        }
        System.out.println(heading);
        String type = "";
        for (Mutation mutation : mutations) {
            if (!mutation.type().equals(type)) {
                type = mutation.type();
                System.out.println("\n## " + type);
            }
            System.out.println(mutation.row("?"));
        }
    }

    private static int read(Path module, TreeMap<Mutation, Fate> made) throws Exception {
        File report = module.resolve("target/pit-reports/mutations.xml").toFile();
        var elements = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(report)
                .getElementsByTagName("mutation");
        for (int i = 0; i < elements.getLength(); i++) {
            Element element = (Element) elements.item(i);
            Fate fate = made.computeIfAbsent(mutation(module, element), m -> new Fate());
            switch (element.getAttribute("status")) {
                case "SURVIVED", "NO_COVERAGE" -> fate.survived++;
                case "TIMED_OUT" -> fate.timedOut++;
                default -> {}
            }
        }
        return elements.getLength();
    }

    private static Mutation mutation(Path module, Element element) throws IOException {
        String type = text(element, "mutatedClass");
        String folder = type.substring(0, type.lastIndexOf('.')).replace('.', '/');
        Path source = module.resolve("src/main/java").resolve(folder).resolve(text(element, "sourceFile"));
        int line = Integer.parseInt(text(element, "lineNumber"));
        String change = text(element, "description")
                .replaceAll("(io/hatchery|java)/(\\w+/)*", "")
                .replaceAll("lambda\\$(\\w+)\\$\\d+", "lambda in $1");
        String method = text(element, "mutatedMethod").replaceAll("^lambda\\$(\\w+)\\$\\d+$", "$1");
        return new Mutation(type, method, Files.readAllLines(source).get(line - 1).strip(), change);
    }

    private static String text(Element element, String tag) {
        return element.getElementsByTagName(tag).item(0).getTextContent();
    }

    private static List<Mutation> listed(Path list) throws IOException {
        var listed = new ArrayList<Mutation>();
        String type = "";
        for (String line : Files.readAllLines(list)) {
            var section = SECTION.matcher(line);
            var row = ROW.matcher(line);
            if (section.matches()) {
                type = section.group(1);
            } else if (row.matches()) {
                listed.add(new Mutation(type, row.group(1), row.group(2).replace("\\|", "|"), row.group(3)));
            }
        }
        return listed;
    }
}
