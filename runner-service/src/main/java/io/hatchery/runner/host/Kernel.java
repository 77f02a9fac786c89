package io.hatchery.runner.host;

import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a host's kernel sets limits to.
 *
 * @param release as {@code uname -r} has it
 */
record Kernel(String release) {
    private static final Pattern NUMBERS = Pattern.compile("(\\d+)\\.(\\d+).*");
    private static final int LONGEST_NAME = 11;

    static Kernel ofThisHost() {
        return new Kernel(System.getProperty("os.version", ""));
    }

    /**
     * Before Linux 5.8 an interface has no alternative name, so {@code ve-<name>} must fit into IFNAMSIZ: rtnetlink(7),
     * IFLA_ALT_IFNAME, and systemd-nspawn(1), --network-veth.
     *
     * @throws IOException if a container's interface could not be found by its name
     */
    void check(ContainerSpec spec) throws IOException {
        ContainerName name = spec.name();
        boolean ownInterface = spec.network() != null && spec.network().hasVeth();
        if (ownInterface && name.value().length() > LONGEST_NAME && isOld()) {
            throw new IOException(
                    "privateNetwork: this host's Linux " + release + " is older than 5.8, where the name of a"
                            + " container with interfaces has at most " + LONGEST_NAME + " characters: rename " + name
                            + ", or move it to another host");
        }
    }

    private boolean isOld() {
        Matcher numbers = NUMBERS.matcher(release);
        if (!numbers.matches()) {
            return false;
        }
        int major = Integer.parseInt(numbers.group(1));
        return major < 5 || major == 5 && Integer.parseInt(numbers.group(2)) < 8;
    }
}
