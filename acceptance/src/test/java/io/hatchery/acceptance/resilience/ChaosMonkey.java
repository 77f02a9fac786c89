package io.hatchery.acceptance.resilience;

import io.hatchery.acceptance.fixture.Installation;
import io.hatchery.acceptance.fixture.ProcessResult;
import io.hatchery.acceptance.fixture.Service;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** Kills, stops, starves and cuts off services, and starts again whatever has ended, as a service manager would. */
final class ChaosMonkey {
    private final Installation installation;
    private final ChaosNetwork network;
    private final Random random;

    ChaosMonkey(Installation installation, ChaosNetwork network, Random random) {
        this.installation = installation;
        this.network = network;
        this.random = random;
    }

    private Service any() {
        return List.of(Service.RUNNER, Service.RUNNER, Service.CONFIG, Service.GATEWAY, Service.BROKER)
                .get(random.nextInt(5));
    }

    /** Does one thing, and says what. */
    String act() throws InterruptedException {
        return switch (random.nextInt(10)) {
            case 0, 1, 2, 3, 4 -> {
                Service service = any();
                installation.killHard(service);
                yield "kills " + service.command();
            }
            case 5, 6 -> {
                Service service = any();
                signal(service, "STOP");
                rest(500, 6_000);
                signal(service, "CONT");
                yield "stops and continues " + service.command();
            }
            case 7 -> {
                String port = installation.environment().get("HATCHERY_BROKER_PORT");
                network.dropRunnerTo(port, true);
                rest(1_000, 8_000);
                network.dropRunnerTo(port, false);
                yield "cuts the runner off from the broker";
            }
            case 8 -> {
                fillDisk();
                yield "fills the disk";
            }
            default -> {
                for (Service service : Service.values()) {
                    installation.killHard(service);
                }
                yield "kills everything at once";
            }
        };
    }

    void rest(long least, long most) throws InterruptedException {
        Thread.sleep(least + random.nextLong(most - least));
    }

    private void signal(Service service, String signal) {
        // It may have ended by itself meanwhile, which is not this one's matter.
        var _ = ProcessResult.toEnd(new ProcessBuilder(
                "kill",
                "-" + signal,
                Long.toString(installation.process(service).pid())));
    }

    private void fillDisk() throws InterruptedException {
        Path filler = installation.data().resolve("filler");
        byte[] zeroes = new byte[1 << 20];
        try (OutputStream out = Files.newOutputStream(filler)) {
            while (true) {
                out.write(zeroes);
            }
        } catch (IOException full) {
            rest(1_000, 5_000);
        }
        try {
            Files.delete(filler);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts again what has ended. */
    void revive() {
        for (Service service : Service.values()) {
            if (!installation.process(service).isAlive()) {
                installation.begin(service);
            }
        }
    }
}
