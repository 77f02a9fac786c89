package io.hatchery.runner.systemd;

import io.hatchery.runner.plan.NspawnPlan;
import io.hatchery.runner.plan.SwitchCommand;
import io.hatchery.spec.Payload;
import io.hatchery.spec.Signal;
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

    /** The file of a container's folder that has its variables. */
    static final String ENVIRONMENT = "environment";

    private static final char LAST_ASCII = 0x7f;

    private UnitFile() {}

    /**
     * The text.
     *
     * @param supervisor {@code hatchery-supervisor}, which the unit calls
     * @param folder the container's, for that
     * @param variables the container's, which are in a file of that folder
     * @param payload what runs behind nspawn
     * @param toProgram what a program behind nspawn's stub init is sent at a stop
     */
    static String of(
            NspawnPlan plan,
            Path supervisor,
            Path folder,
            UnitEnvironment variables,
            Payload payload,
            Signal toProgram) {
        var unit = new ArrayList<String>();
        var service = new ArrayList<String>();
        var install = new ArrayList<String>();
        for (Map.Entry<String, List<String>> directive : plan.directives().entrySet()) {
            for (String value : directive.getValue()) {
                String text = value(directive.getKey(), value);
                section(directive.getKey(), unit, service, install).add(directive.getKey() + "=" + text);
            }
        }
        // How often it is started again is decided by who has a fleet to think of, and is at least a second apart here.
        unit.add("StartLimitIntervalSec=0");
        service.add("RestartSec=1s");
        service.add("TimeoutStartFailureMode=kill");
        plan.environment().forEach((name, value) -> service.add("Environment=" + quoted(name + "=" + value, false)));
        if (!variables.isEmpty()) {
            service.add("EnvironmentFile=" + path(folder.resolve(ENVIRONMENT)));
        }
        service.add("ExecStartPre=" + act(supervisor, "prepare", folder, List.of()));
        if (plan.after().isEmpty()) {
            service.add("ExecStart=" + nspawn(plan, variables));
        } else {
            service.add("NotifyAccess=all");
            service.add("ExecStart=" + act(supervisor, "network", folder, List.of()) + " " + nspawn(plan, variables));
        }
        if (payload instanceof Payload.SystemPath(String system)) {
            service.add("ExecReload=" + act(supervisor, "reload", folder, SwitchCommand.of(system)));
        }
        if (payload instanceof Payload.Program) {
            List<String> signal = List.of(Integer.toString(toProgram.number()));
            service.add("ExecStop=" + act(supervisor, "stop", folder, signal));
        }
        service.add("ExecStopPost=" + act(supervisor, "clean-up", folder, List.of()));
        return "# Written by the Hatchery runner, which writes it anew: define the container instead.\n[Unit]\n"
                + String.join("\n", unit) + "\n\n[Service]\n" + String.join("\n", service) + "\n"
                + (install.isEmpty() ? "" : "\n[Install]\n" + String.join("\n", install) + "\n");
    }

    private static List<String> section(
            String directive, List<String> unit, List<String> service, List<String> install) {
        return directive.equals("WantedBy") ? install : OF_THE_UNIT.contains(directive) ? unit : service;
    }

    /** In paths a per cent sign would begin a specifier; in CPUQuota= it is one: systemd.unit(5), "Specifiers". */
    private static String value(String directive, String value) {
        return switch (directive) {
            case "RequiresMountsFor" -> quoted(value, false);
            case "DeviceAllow" -> device(value);
            default -> value;
        };
    }

    /** systemd removes quotes and backslashes, and would then allow another device than the policy has seen. */
    private static String device(String allowed) {
        int end = allowed.lastIndexOf(' ');
        return quoted(allowed.substring(0, end), false) + allowed.substring(end);
    }

    private static String nspawn(NspawnPlan plan, UnitEnvironment variables) {
        return plan.arguments().stream()
                .map(argument -> variables.word(argument, quoted(argument, true)))
                .collect(Collectors.joining(" "));
    }

    /** A path that is the whole value of a directive, where quotes would be part of it. */
    private static String path(Path path) {
        return path.toString().replace("%", "%%");
    }

    /** A call of {@code hatchery-supervisor unit}. */
    private static String act(Path supervisor, String act, Path folder, List<String> arguments) {
        var words = new ArrayList<>(List.of(supervisor.toString(), "unit", act, folder.toString()));
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
                // systemd takes more than a line feed for the end of a line, and the line after it for another
                // directive.
                default -> text.append(Character.isISOControl(c) ? escaped(c) : String.valueOf(c));
            }
        }
        return text.append('"').toString();
    }

    private static String escaped(char control) {
        return control <= LAST_ASCII
                ? String.format("\\x%02x", (int) control)
                : String.format("\\u%04x", (int) control);
    }
}
