package io.hatchery.spec.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Generation;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import io.hatchery.spec.option.EvaluationResult;
import io.hatchery.spec.option.Evaluator;
import io.hatchery.spec.option.Option;
import io.hatchery.spec.option.Options;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicyRulesTest {
    private static final String PAYLOAD = "command: [/bin/true]";

    /** A definition that level restricted allows. */
    private static final String RESTRICTED = PAYLOAD + ", privateNetwork: true, limits: {memoryMax: 64M, tasksMax: 50}";

    private static ContainerSpec spec(String options) {
        try {
            var definition = new ContainerDefinition(
                    Json.readYamlObject(("{" + options + "}").getBytes(StandardCharsets.UTF_8)));
            EvaluationResult result = Evaluator.evaluate(new ContainerName("web"), definition, Map.of());
            assertThat(result).isInstanceOf(EvaluationResult.Good.class);
            return ((EvaluationResult.Good) result)
                    .at(new HostName("h1"), Generation.FIRST, "/nix/store/not-evaluated");
        } catch (UnreadableException e) {
            throw new IllegalArgumentException(options, e);
        }
    }

    private static HostPolicy policy(String yaml) {
        try {
            return HostPolicy.read(("{" + yaml + "}").getBytes(StandardCharsets.UTF_8));
        } catch (UnreadableException e) {
            throw new IllegalArgumentException(yaml, e);
        }
    }

    private static List<PolicyViolation> check(String policy, String options, PolicyFacts host) {
        ContainerSpec spec = spec(options);
        return PolicyRules.check(policy(policy).of(spec), spec, host);
    }

    private static List<String> rules(String policy, String options) {
        return check(policy, options, PolicyFacts.UNKNOWN).stream()
                .map(PolicyViolation::rule)
                .distinct()
                .toList();
    }

    /** A host of which some facts are known. */
    private static class Host implements PolicyFacts {
        private final Map<String, String> links = new TreeMap<>();
        private final Set<String> sockets = new TreeSet<>();
        private final List<String> changeable = new ArrayList<>();
        private final List<ContainerFolder> folders = new ArrayList<>();

        @Override
        public ResolvedPath resolve(String path) {
            return new ResolvedPath(links.getOrDefault(path, path), sockets.contains(path), changeable);
        }

        @Override
        public List<ContainerFolder> folders() {
            return folders;
        }

        @Override
        public List<String> ownFolders() {
            return List.of("/opt/hatchery-data");
        }

        @Override
        public List<String> routes() {
            return List.of("0.0.0.0/0", "10.0.0.0/24", "fd00::/64");
        }

        @Override
        public boolean isListening(String protocol, int port) {
            return protocol.equals("tcp") && port == 2222;
        }
    }

    @Test
    void everyOptionHasARule() {
        assertThat(PolicyRules.inOrder().stream().map(PolicyRule::option))
                .containsExactlyElementsOf(
                        Options.container().options().stream().map(Option::name).toList());
    }

    /** A value of each option, and the levels that allow it: {@code b} baseline, {@code r} restricted, {@code -} only privileged. */
    private static final String[][] VALUES = {
        {"root", "root: /var/lib/containers/web", "br"},
        {"root", "root: /var/lib/containers/other", "b"},
        {"root", "root: /var/lib/containers", "-"},
        {"root", "root: /etc", "-"},
        {"root", "root: /srv/web", "-"},
        {"bindMounts", "bindMounts: {/d: {hostPath: /srv/data}}", "br"},
        {"bindMounts", "bindMounts: {/d: {hostPath: /srv/data, isReadOnly: false}}", "b"},
        {"bindMounts", "bindMounts: {/nix/store: {}}", "br"},
        {"bindMounts", "bindMounts: {/d: {hostPath: /nix/store, isReadOnly: false}}", "-"},
        {"bindMounts", "bindMounts: {/d: {hostPath: /}}", "-"},
        {"bindMounts", "bindMounts: {/d: {hostPath: /var}}", "-"},
        {"bindMounts", "bindMounts: {/d: {hostPath: /proc}}", "-"},
        {"bindMounts", "bindMounts: {/d: {hostPath: /sys/fs/cgroup}}", "-"},
        {"bindMounts", "bindMounts: {/d: {hostPath: /dev}}", "-"},
        {"bindMounts", "bindMounts: {/d: {hostPath: /run/dbus/system_bus_socket}}", "-"},
        {"bindMounts", "bindMounts: {/d: {hostPath: /etc/shadow}}", "-"},
        {"bindMounts", "bindMounts: {/d: {hostPath: /nix}}", "-"},
        {"bindMounts", "bindMounts: {/d: {hostPath: /nix/var/nix/daemon-socket}}", "-"},
        {"bindMounts", "bindMounts: {/d: {hostPath: /var/lib/hatchery}}", "-"},
        {"bindMounts", "bindMounts: {/d: {hostPath: /var/lib/containers/other}}", "-"},
        {"bindMounts", "bindMounts: {/d: {hostPath: /usr}}", "-"},
        {"bindMounts", "bindMounts: {/d: {hostPath: /srvx}}", "-"},
        {"tmpfs", "tmpfs: [/tmp]", "b"},
        {"tmpfs", "tmpfs: ['/tmp:mode=1777,size=64M']", "br"},
        {"privateUsers", "privateUsers: pick", "br"},
        {"privateUsers", "privateUsers: 65536", "b"},
        {"privateUsers", "privateUsers: 65535", "-"},
        {"privateUsers", "privateUsers: 0", "-"},
        {"privateUsers", "privateUsers: identity", "-"},
        {"privateUsers", "privateUsers: no", "-"},
        {"privateNetwork", "privateNetwork: true", "br"},
        {"privateNetwork", "privateNetwork: false", "b"},
        {"hostAddress", "privateNetwork: true, hostAddress: 10.1.0.1", "br"},
        {"hostAddress", "privateNetwork: true, hostAddress: 8.8.8.8", "-"},
        {"hostAddress6", "privateNetwork: true, hostAddress6: 'fd01::1'", "br"},
        {"hostAddress6", "privateNetwork: true, hostAddress6: '2001:db8::1'", "-"},
        {"localAddress", "privateNetwork: true, localAddress: 192.168.7.2", "br"},
        {"localAddress", "privateNetwork: true, localAddress: 8.8.8.8", "-"},
        {"localAddress", "privateNetwork: true, extraVeths: {x: {localAddress: 8.8.8.8}}", "-"},
        {"localAddress6", "privateNetwork: true, localAddress6: 'fd01::2'", "br"},
        {"localAddress6", "privateNetwork: true, localAddress6: '2001:db8::2'", "-"},
        {"localMacAddress", "privateNetwork: true, localMacAddress: '02:00:00:00:00:01'", "br"},
        {"localMacAddress", "privateNetwork: true, localMacAddress: '00:16:3e:00:00:01'", "b"},
        {"hostBridge", "privateNetwork: true, hostBridge: br0", "b"},
        {"extraVeths", "privateNetwork: true, extraVeths: {x: {}}", "b"},
        {"extraVeths", "privateNetwork: true, extraVeths: {x: {hostBridge: br0}}", "b"},
        {"extraVeths", "privateNetwork: true, extraVeths: {enp3s0: {}}", "-"},
        {"extraVeths", "privateNetwork: true, extraVeths: {ve-other: {}}", "-"},
        {"forwardPorts", "privateNetwork: true, forwardPorts: [{hostPort: 80}]", "b"},
        {"forwardPorts", "privateNetwork: true, forwardPorts: [{hostPort: 8080, containerPort: 80}]", "br"},
        {"interfaces", "interfaces: [eth1]", "-"},
        {"macvlans", "macvlans: [eth1]", "-"},
        {"networkNamespace", "networkNamespace: /run/netns/x", "-"},
        {"additionalCapabilities", "privateNetwork: true, additionalCapabilities: [CAP_NET_ADMIN]", "b"},
        {"additionalCapabilities", "additionalCapabilities: [CAP_NET_ADMIN]", "-"},
        {"additionalCapabilities", "privateNetwork: true, additionalCapabilities: [CAP_SYS_ADMIN]", "-"},
        {"enableTun", "privateNetwork: true, enableTun: true", "b"},
        {"enableTun", "enableTun: true", "-"},
        {"allowedDevices", "allowedDevices: [{node: /dev/fuse, modifier: rw}]", "b"},
        {"allowedDevices", "allowedDevices: [{node: /dev/net/tun, modifier: rw}]", "b"},
        {"allowedDevices", "allowedDevices: [{node: /dev/dri/renderD128, modifier: rw}]", "b"},
        {"allowedDevices", "allowedDevices: [{node: /dev/fuse, modifier: rwm}]", "-"},
        {"allowedDevices", "allowedDevices: [{node: /dev/sda, modifier: r}]", "-"},
        {"allowedDevices", "allowedDevices: [{node: block-loop, modifier: r}]", "-"},
        {"extraFlags", "extraFlags: [--rlimit=RLIMIT_NPROC=500]", "b"},
        {"extraFlags", "extraFlags: [--hostname=x]", "b"},
        {"extraFlags", "extraFlags: [--drop-capability=CAP_SYS_ADMIN]", "b"},
        {"extraFlags", "extraFlags: ['--bind=/']", "-"},
        {"extraFlags", "extraFlags: ['--bin=/']", "-"},
        {"extraFlags", "extraFlags: [--overlay=/etc::/x]", "-"},
        {"extraFlags", "extraFlags: [--settings=trusted]", "-"},
        {"extraFlags", "extraFlags: [--capability=all]", "-"},
        {"nixDaemon", "nixDaemon: true, command: null, path: /nix/store/a-sys", "b"},
        {"limits", "limits: {memoryMax: 64M, tasksMax: 50}", "br"},
        {"limits", "limits: {memoryMax: infinity, tasksMax: 50}", "b"},
        {"limits", "limits: {memoryMax: 64M}", "b"},
    };

    /** A base definition with the value: an option of both is the value's. */
    private static String with(String base, String value) {
        String options = base;
        for (String option : List.of("privateNetwork: true", "limits: {memoryMax: 64M, tasksMax: 50}", PAYLOAD)) {
            String name = option.substring(0, option.indexOf(':') + 1);
            if (value.contains(name)
                    || name.equals("privateNetwork:")
                            && (value.contains("interfaces:") || value.contains("networkNamespace:"))) {
                options = options.replace(option + ", ", "")
                        .replace(", " + option, "")
                        .replace(option, "");
            }
        }
        return options.isEmpty() ? value : options + ", " + value;
    }

    @Test
    void eachLevelAllowsExactlyWhatTheTableSays() {
        for (String[] row : VALUES) {
            assertThat(rules("level: privileged", with(PAYLOAD, row[1])))
                    .as(row[1])
                    .isEmpty();
            assertThat(rules("level: baseline", with(PAYLOAD, row[1])).contains("baseline/" + row[0]))
                    .as("baseline: " + row[1])
                    .isEqualTo(!row[2].contains("b"));
            assertThat(rules("level: restricted", with(RESTRICTED, row[1])).contains("restricted/" + row[0]))
                    .as("restricted: " + row[1])
                    .isEqualTo(!row[2].contains("r"));
        }
    }

    @Test
    void everyOptionWithALimitIsInTheTable() {
        Set<String> tested = java.util.Arrays.stream(VALUES).map(row -> row[0]).collect(Collectors.toSet());
        assertThat(PolicyRules.inOrder().stream()
                        .filter(rule -> !rule.baseline().equals(PolicyRule.ANY)
                                || !rule.restricted().equals(PolicyRule.ANY))
                        .map(PolicyRule::option))
                .allSatisfy(option -> assertThat(tested).contains(option));
    }

    @Test
    void commonNixosContainersPassBaseline() {
        assertThat(rules("", "config: '{}'")).isEmpty();
        assertThat(rules(
                        "",
                        "config: '{}', privateNetwork: true, hostAddress: 192.168.100.10, localAddress: 192.168.100.11,"
                                + " hostAddress6: 'fc00::1', localAddress6: 'fc00::2', forwardPorts: [{hostPort: 80}],"
                                + " bindMounts: {/var/lib/postgresql: {hostPath: /srv/pg, isReadOnly: false}}"))
                .isEmpty();
        assertThat(
                        rules(
                                "",
                                "config: '{}', privateNetwork: true, hostBridge: br0, localAddress: 10.0.0.5/24, enableTun: true"))
                .isEmpty();
    }

    @Test
    void bareContainerPassesRestrictedWithNetworkAndLimits() {
        assertThat(rules("level: restricted", RESTRICTED)).isEmpty();
        assertThat(rules("level: restricted", PAYLOAD))
                .containsExactly("restricted/privateNetwork", "restricted/limits");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "allow: {rootPrefixes: [/srv]}                             | root: /srv/web",
                "allow: {binds: [{path: /usr/share}]}                      | bindMounts: {/usr/share: {}}",
                "allow: {capabilities: [CAP_SYS_TIME]}                     | additionalCapabilities: [CAP_SYS_TIME]",
                "allow: {capabilities: [CAP_NET_ADMIN]}                    | enableTun: true",
                "allow: {devices: [{node: /dev/sda, modifier: rw}]}        | allowedDevices: [{node: /dev/sda, modifier: r}]",
                "allow: {privateUsers: ['no']}                             | privateUsers: no",
                "allow: {privateUsers: [identity]}                         | privateUsers: identity",
                "allow: {interfaces: [eth1]}                               | interfaces: [eth1]",
                "allow: {interfaces: [eth1]}                               | macvlans: [eth1]",
                "allow: {networkNamespaces: [/run/netns/x], privateUsers: ['no']} | networkNamespace: /run/netns/x, privateUsers: no",
                "allow: {subnets: [8.8.8.0/24]}                            | privateNetwork: true, localAddress: 8.8.8.8",
                "allow: {extraFlags: [--personality]}                      | extraFlags: [--personality=x86]",
                "exceptions: [{selector: a=b, level: privileged}]          | labels: {a: b}, bindMounts: {/d: {hostPath: /}}",
                "exceptions: [{selector: a, allow: {interfaces: [e1]}}]    | labels: {a: b}, interfaces: [e1]",
                "level: restricted, exceptions: [{selector: a, level: baseline}] | labels: {a: b}, enableTun: false",
            })
    void policyAllowsMoreThanItsLevel(String policy, String options) {
        assertThat(rules(policy, PAYLOAD + ", " + options)).isEmpty();
        assertThat(rules(policy.startsWith("level") ? "level: restricted" : "", PAYLOAD + ", " + options))
                .isNotEmpty();
    }

    /** Verified: setns(2) is not permitted there. */
    @Test
    void namespaceOfTheHostIsNotJoinedWithMappedUsers() {
        assertThat(rules("allow: {networkNamespaces: [/run/netns/x]}", PAYLOAD + ", networkNamespace: /run/netns/x"))
                .containsExactly("baseline/networkNamespace");
    }

    @Test
    void listedBridgesAndInterfacesPassRestricted() {
        String policy = "level: restricted, allow: {bridges: [br0], interfaces: [x]}";
        assertThat(rules(policy, RESTRICTED + ", hostBridge: br0, extraVeths: {x: {hostBridge: br0}}"))
                .isEmpty();
        assertThat(rules(policy, RESTRICTED + ", hostBridge: br1, extraVeths: {y: {hostBridge: br1}}"))
                .containsExactly("restricted/hostBridge", "restricted/extraVeths");
    }

    @Test
    void nameOfANetworkCardIsGivenToAContainerOnlyIfItIsListed() {
        String options = PAYLOAD + ", privateNetwork: true, extraVeths: {eth7: {}}";
        assertThat(rules("level: baseline", options)).containsExactly("baseline/extraVeths");
        assertThat(rules("level: baseline, allow: {interfaces: [eth7]}", options))
                .isEmpty();
        assertThat(rules("level: privileged", options)).isEmpty();
    }

    @Test
    void exceptionHoldsForItsLabelsOnly() {
        String policy = "exceptions: [{selector: tier=infra, level: privileged}]";
        assertThat(rules(policy, PAYLOAD + ", labels: {tier: web}, interfaces: [eth1]"))
                .containsExactly("baseline/interfaces");
        assertThat(rules(
                        policy.replace("]", ", {selector: tier, level: restricted}]"),
                        PAYLOAD + ", labels: {tier: infra}, interfaces: [eth1]"))
                .contains("restricted/interfaces");
    }

    @Test
    void linksAreResolvedBeforeTheCheck() {
        var host = new Host();
        host.links.put("/srv/data", "/etc");
        host.links.put("/var/lib/containers/web", "/opt/other");
        assertThat(check("", PAYLOAD + ", bindMounts: {/d: {hostPath: /srv/data}}", host))
                .extracting(PolicyViolation::option, PolicyViolation::message)
                .anySatisfy(one -> assertThat(one.toList().toString()).contains("bindMounts./d", "it leads to /etc"))
                .anySatisfy(one -> assertThat(one.toList().toString()).contains("root", "it leads to /opt/other"));
    }

    @Test
    void linkInAPrefixOfTheHostIsFollowedOnBothSides() {
        var host = new Host();
        host.links.put("/srv", "/mnt/disk");
        host.links.put("/srv/data", "/mnt/disk/data");
        assertThat(check("allow: {binds: [{path: /srv}]}", PAYLOAD + ", bindMounts: {/d: {hostPath: /srv/data}}", host))
                .isEmpty();
    }

    @Test
    void socketsAndOwnFoldersAreNeverBound() {
        var host = new Host();
        host.sockets.add("/srv/app.sock");
        String policy = "allow: {binds: [{path: /srv}, {path: /opt}]}";
        for (String path : List.of("/srv/app.sock", "/opt/hatchery-data/runner", "/opt")) {
            assertThat(check(policy, PAYLOAD + ", bindMounts: {/d: {hostPath: " + path + "}}", host))
                    .as(path)
                    .extracting(PolicyViolation::rule)
                    .containsExactly("baseline/bindMounts");
        }
    }

    @Test
    void whatOthersCanReplaceIsRefused() {
        var host = new Host();
        host.changeable.add("/srv/alice");
        String bind = PAYLOAD + ", bindMounts: {/d: {hostPath: /srv/alice/data}}";
        assertThat(check("", bind, host).getFirst().message()).contains("others than root can replace");
        assertThat(check("allow: {binds: [{path: /srv/alice/data}]}", bind, host))
                .isEmpty();
    }

    @Test
    void rootOfAPrivilegedContainerIsNotShared() {
        var host = new Host();
        host.folders.add(new PolicyFacts.ContainerFolder("infra", "/srv/roots/infra", true, true));
        host.folders.add(new PolicyFacts.ContainerFolder("db", "/srv/roots/db", true, false));
        for (String root : List.of("/srv/roots/infra", "/srv/roots")) {
            assertThat(check("allow: {rootPrefixes: [/srv]}", PAYLOAD + ", root: " + root, host))
                    .as(root)
                    .extracting(PolicyViolation::rule)
                    .containsExactly("baseline/root");
        }
        assertThat(check("allow: {rootPrefixes: [/srv]}", PAYLOAD + ", root: /srv/roots/db", host))
                .isEmpty();
    }

    @Test
    void foldersOfContainersCannotBeBoundThrough() {
        var host = new Host();
        host.folders.add(new PolicyFacts.ContainerFolder("db", "/srv/roots/db", true, false));
        host.folders.add(new PolicyFacts.ContainerFolder("app", "/srv/app", false, false));
        String policy = "allow: {rootPrefixes: [/var/lib/containers, /srv], binds: [{path: /srv, writable: true}]}";
        for (String path : List.of("/srv/roots/db", "/srv/roots", "/srv/roots/db/var", "/srv/app/sub")) {
            assertThat(check(policy, PAYLOAD + ", bindMounts: {/d: {hostPath: " + path + "}}", host))
                    .as(path)
                    .isNotEmpty();
        }
        assertThat(check(policy, PAYLOAD + ", bindMounts: {/d: {hostPath: /srv/app}}", host))
                .isEmpty();
        assertThat(check(policy, PAYLOAD + ", root: /srv/app/root", host)).isNotEmpty();
        assertThat(check(policy, PAYLOAD + ", root: /srv/roots/db/root", host)).isNotEmpty();
        assertThat(check(
                        policy,
                        PAYLOAD + ", bindMounts: {/a: {hostPath: /srv/a, isReadOnly: false}, /b: {hostPath: /srv/a/b}}",
                        host))
                .extracting(PolicyViolation::option)
                .containsExactly("bindMounts./b");
    }

    @Test
    void addressesAndPortsOfTheHostAreRefused() {
        var host = new Host();
        assertThat(check("", PAYLOAD + ", privateNetwork: true, localAddress: 10.0.0.7", host))
                .extracting(PolicyViolation::rule)
                .containsExactly("baseline/localAddress");
        assertThat(check("", PAYLOAD + ", privateNetwork: true, localAddress6: 'fd00::7'", host))
                .isNotEmpty();
        assertThat(check("", PAYLOAD + ", privateNetwork: true, hostBridge: br0, localAddress: 10.0.0.7/24", host))
                .isEmpty();
        assertThat(check("", PAYLOAD + ", privateNetwork: true, localAddress: 10.0.1.7", host))
                .isEmpty();
        assertThat(check("", PAYLOAD + ", privateNetwork: true, forwardPorts: [{hostPort: 2222}]", host))
                .extracting(PolicyViolation::rule)
                .containsExactly("baseline/forwardPorts");
    }

    @Test
    void unsetUsersArePickedUnlessPrivileged() {
        ContainerSpec spec = spec(PAYLOAD);
        assertThat(users("", spec)).isEqualTo("pick");
        assertThat(users("level: restricted", spec)).isEqualTo("pick");
        assertThat(users("level: privileged", spec)).isEqualTo("no");
        assertThat(users("level: privileged", spec(PAYLOAD + ", privateUsers: pick")))
                .isEqualTo("pick");
    }

    private static String users(String policy, ContainerSpec spec) {
        return String.valueOf(java.util.Objects.requireNonNull(
                        policy(policy).of(spec).withUsers(spec).confinement())
                .privateUsers());
    }

    @Test
    void violationNamesRuleOptionValueAndRemedy() {
        assertThat(check("", PAYLOAD + ", interfaces: [eth1]", PolicyFacts.UNKNOWN)
                        .getFirst()
                        .format())
                .isEqualTo(
                        "interfaces: 'eth1' is refused by this host's policy, rule baseline/interfaces: the policy does"
                                + " not list it; add it to allow.interfaces in the host's policy");
    }
}
