import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.slf4j.LoggerFactory;

/** Loads a synthetic fleet and measures the services over it. Arguments: the installation, a working folder, and those of bench/fleet. */
public final class Fleet {
    private Fleet() {}

    /**
     * What to measure.
     *
     * @param containers the number of containers with a host
     * @param hosts the number of hosts
     * @param placed the number of containers without a host that are placed
     * @param runners whether runners are simulated
     * @param parts {@code gateway}, {@code config} or both
     * @param heap the maximum heap of the services; empty for their default
     * @param patience how long one measurement may take
     */
    record Options(
            int containers, int hosts, int placed, boolean runners, Set<String> parts, String heap, Duration patience) {
        static Options of(String[] args) {
            int containers = Integer.parseInt(args[2]);
            int hosts = Integer.parseInt(args[3]);
            int placed = containers;
            boolean runners = false;
            Set<String> parts = Set.of("gateway", "config");
            String heap = "";
            Duration patience = Duration.ofMinutes(5);
            for (int i = 4; i < args.length; i++) {
                switch (args[i]) {
                    case "--runners" -> runners = true;
                    case "--only" -> parts = Set.of(args[++i].split(","));
                    case "--heap" -> heap = args[++i];
                    case "--placed" -> placed = Integer.parseInt(args[++i]);
                    case "--patience" -> patience = Duration.parse("PT" + args[++i]);
                    default -> throw new IllegalArgumentException("unknown option " + args[i] + ": see bench/fleet");
                }
            }
            return new Options(containers, hosts, placed, runners, parts, heap, patience);
        }
    }

    public static void main(String[] args) throws Exception {
        ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).setLevel(Level.ERROR);
        var options = Options.of(args);
        var table = new FleetTable();
        try (var services = new FleetServices(Path.of(args[0]), Path.of(args[1]), options)) {
            services.startBroker();
            var config = new FleetConfig(services, table, options);
            if (options.parts().contains("config")) {
                config.measureEmpty();
            }
            var records = new FleetRecords(options.containers(), options.hosts());
            try (var loader = new FleetLoader(services, records, table)) {
                loader.load();
                try (var runners = new FleetRunners(services, records, loader, options)) {
                    if (options.parts().contains("gateway")) {
                        new FleetGateway(services, table, options, loader.records(), runners).measure();
                    }
                    if (options.parts().contains("config")) {
                        config.measure(loader, records);
                    }
                }
            }
        } finally {
            System.out.println();
            table.print();
        }
        System.exit(0);
    }
}
