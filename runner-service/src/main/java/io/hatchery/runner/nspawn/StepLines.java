package io.hatchery.runner.nspawn;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Steps as the scripts that outlive a runner read them: a line a step, its kind and its parts apart by tabs. */
public final class StepLines {
    private StepLines() {}

    /** The lines; a backslash, a tab and a line feed in a part are written {@code \\}, {@code \t} and {@code \n}. */
    public static String of(List<Step> steps) {
        return steps.stream().map(StepLines::line).collect(Collectors.joining());
    }

    private static String line(Step step) {
        Stream<String> parts = switch (step) {
            case Step.Directory(String path, String mode) -> Stream.of("directory", path, mode);
            case Step.EmptyFile(String path) -> Stream.of("emptyFile", path);
            case Step.Copy(String from, String to) -> Stream.of("copy", from, to);
            case Step.RemoveInterface(String name, String alias) -> Stream.of("removeInterface", name, alias);
            case Step.RemoveForward(String protocol, int port) ->
                Stream.of("removeForward", protocol, Integer.toString(port));
            case Step.KernelSetting(String path, String value) -> Stream.of("kernelSetting", path, value);
            case Step.Ip(Step.Side side, List<String> arguments) ->
                Stream.concat(Stream.of(side.word()), arguments.stream());
        };
        return parts.map(part -> part.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n"))
                        .collect(Collectors.joining("\t"))
                + "\n";
    }
}
