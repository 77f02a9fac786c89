package io.hatchery.runner.simulation;

import io.hatchery.runner.journal.Disk;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A disk as one runner sees it. */
final class SimulatedDisk implements Disk {
    /** How long a wait for the disk takes, in microseconds. */
    private static final long QUICKEST_SYNC = 100;

    private static final long SLOWEST_SYNC = 50_000;

    private final World world;
    private final Edge edge;
    private final DiskContents contents;
    private final Trouble trouble;

    /** What a disk does to the host that it is in. */
    interface Trouble {
        /** There was no room for a write. */
        void full();

        /** The host loses power amidst a write. */
        void powerLost();
    }

    SimulatedDisk(World world, Edge edge, DiskContents contents, Trouble trouble) {
        this.world = world;
        this.edge = edge;
        this.contents = contents;
        this.trouble = trouble;
    }

    @Override
    public List<String> list(String folder) {
        edge.check();
        String prefix = folder.endsWith("/") ? folder : folder + "/";
        var names = new ArrayList<String>();
        for (String file : contents.namesFrom(prefix)) {
            if (!file.startsWith(prefix)) {
                break;
            }
            String rest = file.substring(prefix.length());
            String name = rest.contains("/") ? rest.substring(0, rest.indexOf('/')) : rest;
            if (names.isEmpty() || !names.getLast().equals(name)) {
                names.add(name);
            }
        }
        return names;
    }

    @Override
    public Optional<byte[]> read(String file) {
        edge.check();
        return Optional.ofNullable(contents.read(file));
    }

    @Override
    public void replace(String file, byte[] bytes) throws IOException {
        edge.before("write " + file);
        if (world.happens(Fault.DISK_FULL)) {
            throw full(file);
        }
        contents.replace(file, bytes);
        afterwards("write " + file);
    }

    @Override
    public void append(String file, byte[] bytes) throws IOException {
        edge.before("append " + file);
        if (world.happens(Fault.DISK_FULL)) {
            contents.append(file, Arrays.copyOf(bytes, world.random.nextInt(bytes.length)));
            throw full(file);
        }
        contents.append(file, bytes);
        afterwards("append " + file);
    }

    @Override
    public Future<Void> sync(String file) {
        edge.before("sync " + file);
        byte[] appended = contents.read(file);
        Promise<Void> durable = Promise.promise();
        if (world.happens(Fault.DISK_FULL)) {
            return Future.failedFuture(full(file));
        }
        edge.later(world.between(QUICKEST_SYNC, SLOWEST_SYNC), () -> {
            if (appended != null) {
                contents.sync(file, appended);
            }
            durable.complete();
        });
        return durable.future();
    }

    @Override
    public void delete(String file, boolean durable) {
        edge.before("delete " + file);
        contents.delete(file, durable);
        afterwards("delete " + file);
    }

    private IOException full(String file) {
        trouble.full();
        return new FileSystemException(file, null, "No space left on device");
    }

    private void afterwards(String what) {
        if (world.happens(Fault.POWER_LOST_AT_A_WRITE)) {
            world.note("power is lost after: " + what);
            trouble.powerLost();
            throw new World.Killed();
        }
        edge.afterwards(what);
    }
}
