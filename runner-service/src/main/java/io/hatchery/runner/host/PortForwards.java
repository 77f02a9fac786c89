package io.hatchery.runner.host;

import io.hatchery.runner.plan.SetupStep;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Port forwards where systemd-nspawn(1) {@code --port} keeps them: a map in nftables, by protocol and the host's port. */
final class PortForwards {
    private static final Logger LOG = LoggerFactory.getLogger(PortForwards.class);
    private static final List<String> PLACES = List.of("/usr/sbin/nft", "/sbin/nft", "/run/current-system/sw/bin/nft");

    private PortForwards() {}

    /** Removes one if it is there. */
    static void remove(SetupStep.RemoveForward forward) throws IOException {
        String nft = PLACES.stream()
                .filter(place -> Files.isExecutable(Path.of(place)))
                .findFirst()
                .orElse(null);
        if (nft == null) {
            LOG.warn(
                    "nft(8) is not installed: a forward of {} port {} that a killed nspawn has left would stay",
                    forward.protocol(),
                    forward.port());
            return;
        }
        String element = "{ " + forward.protocol() + " . " + forward.port() + " }";
        for (String family : List.of("ip", "ip6")) {
            if (HostProgram.status(nft, "get", "element", family, "io.systemd.nat", "map_port_ipport", element) == 0
                    && HostProgram.status(
                                    nft, "delete", "element", family, "io.systemd.nat", "map_port_ipport", element)
                            != 0) {
                throw new IOException("the forward of " + forward.protocol() + " port " + forward.port()
                        + " that an earlier run has left cannot be removed");
            }
        }
    }
}
