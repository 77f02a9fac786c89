package io.hatchery.spec.json;

import com.fasterxml.jackson.databind.JsonMappingException;
import java.io.StringReader;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/** Where keys are in a text in YAML. */
final class YamlLines {
    private YamlLines() {}

    /**
     * The line of the last key of a path, in parentheses, the first line being 1; that of the last part that is there if one is not. Empty if
     * the text is wrong behind that key, since then it has no lines.
     */
    static String of(String yaml, List<JsonMappingException.Reference> path) {
        try {
            return " (line " + line(new Yaml(new LoaderOptions()).compose(new StringReader(yaml)), path) + ")";
        } catch (YAMLException e) {
            return "";
        }
    }

    private static int line(@Nullable Node root, List<JsonMappingException.Reference> path) {
        @Nullable Node node = root;
        int line = 1;
        for (JsonMappingException.Reference part : path) {
            if (node instanceof MappingNode mapping && part.getFieldName() != null) {
                NodeTuple found = find(mapping, part.getFieldName());
                if (found == null) {
                    return line;
                }
                line = found.getKeyNode().getStartMark().getLine() + 1;
                node = found.getValueNode();
            } else if (node instanceof SequenceNode sequence
                    && part.getIndex() >= 0
                    && part.getIndex() < sequence.getValue().size()) {
                node = sequence.getValue().get(part.getIndex());
            }
        }
        return line;
    }

    private static @Nullable NodeTuple find(MappingNode mapping, String name) {
        return mapping.getValue().stream()
                .filter(tuple -> tuple.getKeyNode() instanceof ScalarNode key
                        && key.getValue().equals(name))
                .findFirst()
                .orElse(null);
    }
}
