package io.hatchery.spec.policy;

import java.util.List;
import java.util.stream.Collectors;

/** The reference of host policies. */
public final class PolicyPage {
    private static final String BEGINNING = """
            <!-- Generated from PolicyRules and PolicyAllowances: ./test --docs writes it. -->
            # Host policy

            The policy of a host says what its containers may have. Its file is `/etc/hatchery/policy.yaml` (key
            `runner.policy-file`), and only root may own it or write to it. Without a file, level `baseline` applies. The
            runner reads it when it starts; running containers are not stopped.

            ```yaml
            level: baseline                 # privileged, baseline or restricted
            allow:
              binds:
                - {path: /srv, writable: true}
                - {path: /usr/share/zoneinfo}
              interfaces: [eth1]
            exceptions:
              - selector: tier=infrastructure   # as in hatchery list --selector
                level: privileged
              - selector: app=media
                allow:
                  devices: [{node: /dev/video0, modifier: rw}]
            ```

            An unknown key or a wrong value is an error with its line, and the runner does not start. A list of `allow` takes
            the place of its default; the lists of exceptions are added. An exception holds for every container with the
            labels, regardless of its author. If several exceptions select a container, the last one with a level sets its level.

            A definition that the policy refuses is stored and evaluated, but the container does not start, or keeps running
            with its last spec. Its status names the rule, such as `baseline/bindMounts`. `hatchery policy check` tells
            beforehand.

            """;

    private static final List<String[]> LISTS = List.of(
            new String[] {"rootPrefixes", "folders below which `root` may be, and below which a purge may delete roots"
            },
            new String[] {"binds", "what `bindMounts` may mount, each with `path` and `writable` (default: false)"},
            new String[] {"capabilities", "what `additionalCapabilities` may have"},
            new String[] {"devices", "what `allowedDevices` may have, each with `node` and `modifier`"},
            new String[] {"privateUsers", "`no` and `identity`, if `privateUsers` may have them"},
            new String[] {"interfaces", "what `interfaces`, `macvlans` and, at level restricted, `extraVeths` may name"
            },
            new String[] {"bridges", "what `hostBridge` may name at level restricted"},
            new String[] {"networkNamespaces", "paths that `networkNamespace` may have"},
            new String[] {"subnets", "networks in which the addresses of containers are"},
            new String[] {"extraFlags", "flags of `systemd-nspawn` that `extraFlags` may have"});

    private PolicyPage() {}

    /** The page, in Markdown. */
    public static String markdown() {
        var page = new StringBuilder(BEGINNING);
        page.append("## Options and levels\n\nLevel `privileged` allows every value of every option.\n\n")
                .append("| option | `baseline` | `restricted` |\n| --- | --- | --- |\n");
        PolicyRules.inOrder()
                .forEach(rule -> page.append("| `")
                        .append(rule.option())
                        .append("` | ")
                        .append(rule.baseline())
                        .append(" | ")
                        .append(rule.restricted())
                        .append(" |\n"));
        page.append("\n## Lists of `allow`\n\nEach has at most ")
                .append(PolicyAllowances.LONGEST)
                .append(" elements.\n\n| list | content | default |\n| --- | --- | --- |\n");
        for (String[] list : LISTS) {
            page.append("| `")
                    .append(list[0])
                    .append("` | ")
                    .append(list[1])
                    .append(" | ")
                    .append(defaultOf(list[0]))
                    .append(" |\n");
        }
        return page.toString();
    }

    private static String defaultOf(String list) {
        PolicyAllowances usual = PolicyAllowances.DEFAULT;
        List<String> elements = switch (list) {
            case "rootPrefixes" -> {
                List<String> prefixes = usual.rootPrefixes();
                yield prefixes == null ? List.of() : prefixes;
            }
            case "binds" -> {
                List<AllowedBind> binds = usual.binds();
                yield binds == null
                        ? List.of()
                        : binds.stream()
                                .map(bind -> bind.path() + (bind.isWritable() ? " (writable)" : ""))
                                .toList();
            }
            case "subnets" -> {
                List<String> subnets = usual.subnets();
                yield subnets == null ? List.of() : subnets;
            }
            default -> List.of();
        };
        String more = list.equals("rootPrefixes") ? ", `<data>/examples`" : "";
        return elements.isEmpty()
                ? "none"
                : elements.stream().map(element -> "`" + element + "`").collect(Collectors.joining(", ")) + more;
    }
}
