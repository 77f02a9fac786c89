package io.hatchery.runner.systemd;

import io.hatchery.runner.nspawn.NspawnPlan;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** A plan as the text of a unit: systemd.unit(5), systemd.service(5). Pure. */
final class UnitFile {
    private static final Set<String> OF_THE_UNIT =
            Set.of("Description", "After", "RequiresMountsFor", "StartLimitIntervalSec");
    /** Of these, each value is a path or a sentence of one argument. */
    private static final Set<String> QUOTED = Set.of("RequiresMountsFor");

    private UnitFile() {}

    /**
     * The text.
     *
     * @param script {@code unit.pl} on the host
     * @param folder the container's, for that
     */
    static String of(NspawnPlan plan, Path script, Path folder) {
        var unit = new ArrayList<String>();
        var service = new ArrayList<String>();
        for (Map.Entry<String, List<String>> directive : plan.directives().entrySet()) {
            for (String value : directive.getValue()) {
                String text = QUOTED.contains(directive.getKey()) ? quoted(value, false) : value.replace("%", "%%");
                (OF_THE_UNIT.contains(directive.getKey()) ? unit : service).add(directive.getKey() + "=" + text);
            }
        }
        // How often it is started again is decided by who has a fleet to think of, and is at least a second apart here.
        unit.add("StartLimitIntervalSec=0");
        service.add("RestartSec=1s");
        service.add("TimeoutStartFailureMode=kill");
        plan.environment().forEach((name, value) -> service.add("Environment=" + quoted(name + "=" + value, false)));
        List<String> helper = List.of("/usr/bin/perl", script.toString());
        service.add("ExecStartPre=" + command(helper, List.of("before", folder.toString())));
        if (plan.after().isEmpty()) {
            service.add("ExecStart=" + command(plan.arguments(), List.of()));
        } else {
            service.add("NotifyAccess=all");
            var around = new ArrayList<>(helper);
            around.addAll(List.of("network", folder.toString()));
            service.add("ExecStart=" + command(around, plan.arguments()));
        }
        service.add("ExecStopPost=" + command(helper, List.of("ended", folder.toString())));
        return "# Written by the Hatchery runner, which writes it anew: define the container instead.\n[Unit]\n"
                + String.join("\n", unit) + "\n\n[Service]\n" + String.join("\n", service) + "\n";
    }

    private static String command(List<String> program, List<String> arguments) {
        var words = new ArrayList<>(program);
        words.addAll(arguments);
        return words.stream().map(word -> quoted(word, true)).collect(Collectors.joining(" "));
    }

    /** One word, whatever is in it: systemd.syntax(7), "Quoting"; in a command a dollar sign would begin a variable. */
    private static String quoted(String word, boolean command) {
        var text = new StringBuilder("\"");
        for (int i = 0; i < word.length(); i++) {
            char c = word.charAt(i);
            switch (c) {
                case '\\' -> text.append("\\\\");
                case '"' -> text.append("\\\"");
                case '\n' -> text.append("\\n");
                case '\t' -> text.append("\\t");
                case '%' -> text.append("%%");
                case '$' -> text.append(command ? "$$" : "$");
                default -> text.append(c);
            }
        }
        return text.append('"').toString();
    }
}
