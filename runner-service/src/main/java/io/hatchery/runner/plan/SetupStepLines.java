package io.hatchery.runner.plan;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Steps as the scripts that outlive a runner read them: a line a step, its kind and its parts apart by tabs. */
public final class SetupStepLines {
    private SetupStepLines() {}

    /** The lines; a backslash, a tab and a line feed in a part are written {@code \\}, {@code \t} and {@code \n}. */
    public static String of(List<SetupStep> steps) {
        return steps.stream().map(SetupStepLines::line).collect(Collectors.joining());
    }

    private static String line(SetupStep step) {
        Stream<String> parts = switch (step) {
            case SetupStep.Directory(String path, String mode) -> Stream.of("directory", path, mode);
            case SetupStep.EmptyFile(String path) -> Stream.of("emptyFile", path);
            case SetupStep.Copy(String from, String to) -> Stream.of("copy", from, to);
            case SetupStep.RealPath(String path) -> Stream.of("realPath", path);
            case SetupStep.RemoveInterface(String name, String alias) -> Stream.of("removeInterface", name, alias);
            case SetupStep.RemoveForward(String protocol, int port) ->
                Stream.of("removeForward", protocol, Integer.toString(port));
            case SetupStep.KernelSetting(String path, String value) -> Stream.of("kernelSetting", path, value);
            case SetupStep.Ip(SetupStep.Side side, List<String> arguments) ->
                Stream.concat(Stream.of(side.word()), arguments.stream());
        };
        return parts.map(part -> part.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n"))
                        .collect(Collectors.joining("\t"))
                + "\n";
    }
}
