import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Starts the services as processes and reads what the kernel and the JVM tell of them. */
final class FleetServices implements AutoCloseable {
    private static final long TICKS_PER_SECOND = 100;

    private final Path home;
    private final Path work;
    private final Fleet.Options options;
    private final List<Process> processes = new ArrayList<>();
    private Service broker;

    /** A running service and when it was started, by {@link System#nanoTime}. */
    record Service(String name, Process process, Path log, long started) {
        double seconds() {
            return (System.nanoTime() - started) / 1e9;
        }
    }

    FleetServices(Path home, Path work, Fleet.Options options) {
        this.home = home;
        this.work = work;
        this.options = options;
    }

    void startBroker() throws Exception {
        Service started = start("broker", "-Xmx3g -XX:TieredStopAtLevel=4");
        awaitReady(started);
        broker = started;
    }

    /** The processor time that the broker has used, in seconds. */
    double brokerSeconds() {
        return (double) ticks(broker) / TICKS_PER_SECOND;
    }

    /** The processor time that a service has used, in seconds. */
    double processorSeconds(Service service) {
        return (double) ticks(service) / TICKS_PER_SECOND;
    }

    /** Starts gateway or config-service. */
    Service start(String name) throws IOException {
        return start(name, options.heap().isEmpty() ? "" : "-Xmx" + options.heap());
    }

    private Service start(String name, String jvm) throws IOException {
        Path log = Files.createTempFile(work, name + "-", ".log");
        var builder = new ProcessBuilder(home.resolve("hatchery").toString(), name).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().merge("HATCHERY_JVM", jvm, (ours, more) -> ours + " " + more);
        long started = System.nanoTime();
        Process process = builder.start();
        processes.add(process);
        Files.writeString(work.resolve(name + ".pid"), process.pid() + "\n");
        return new Service(name, process, log, started);
    }

    /** Waits until the service says that it is ready; returns the seconds since its start. */
    double awaitReady(Service service) throws Exception {
        String words = service.name() + " is ready";
        if (!await(() -> !service.process().isAlive() || read(service.log()).contains(words)) || !service.process().isAlive()) {
            String log = read(service.log());
            throw new IllegalStateException(service.name() + " is not ready after " + Math.round(service.seconds()) + " s: "
                    + log.substring(Math.max(0, log.length() - 2_000)));
        }
        return service.seconds();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Waits for a condition for as long as one measurement may take; returns whether it came. */
    boolean await(BooleanSupplier condition) throws InterruptedException {
        long until = System.nanoTime() + options.patience().toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > until) {
                return false;
            }
            Thread.sleep(10);
        }
        return true;
    }

    /** Kills a service, as a crash would. */
    void kill(Service service) throws Exception {
        service.process().destroyForcibly().waitFor();
    }

    /** What the process has in memory, in MB. */
    double resident(Service service) {
        String status = read(Path.of("/proc", String.valueOf(service.process().pid()), "status"));
        String line = status.lines().filter(l -> l.startsWith("VmRSS:")).findFirst().orElseThrow();
        return Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
    }

    /** Waits until the process has used less than a tenth of a processor for a second; returns when that second began. */
    double awaitIdle(Service service) throws Exception {
        long until = System.nanoTime() + options.patience().toNanos();
        while (true) {
            double begun = service.seconds();
            long before = ticks(service);
            Thread.sleep(1_000);
            if (ticks(service) - before < TICKS_PER_SECOND / 10 || System.nanoTime() > until) {
                return begun;
            }
        }
    }

    private static long ticks(Service service) {
        String stat = read(Path.of("/proc", String.valueOf(service.process().pid()), "stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }

    /** The bytes of the live objects after a full collection. */
    long liveBytes(Service service) throws Exception {
        Process jcmd = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        String.valueOf(service.process().pid()),
                        "GC.class_histogram")
                .redirectErrorStream(true)
                .start();
        String text = new String(jcmd.getInputStream().readAllBytes());
        String total = text.lines().filter(l -> l.startsWith("Total")).findFirst().orElseThrow(() -> new IllegalStateException(text));
        return Long.parseLong(total.strip().split("\\s+")[2]);
    }

    /** The properties of a client of the broker. */
    Properties client() throws IOException {
        var properties = new Properties();
        try (var in = Files.newInputStream(work.resolve("data/client.properties"))) {
            properties.load(in);
        }
        return properties;
    }

    String token() throws IOException {
        return Files.readString(work.resolve("data/admin.token")).strip();
    }

    String gateway() {
        return "127.0.0.1:" + System.getenv("HATCHERY_GATEWAY_PORT");
    }

    Duration patience() {
        return options.patience();
    }

    @Override
    public void close() throws Exception {
        for (Process process : processes.reversed()) {
            process.destroy();
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        }
    }
}
