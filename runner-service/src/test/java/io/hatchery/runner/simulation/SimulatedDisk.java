package io.hatchery.runner.simulation;

import io.hatchery.runner.journal.Disk;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** A disk as one runner sees it. */
final class SimulatedDisk implements Disk {
    /** What is on the disk, whoever looks. */
    static final class Contents extends TreeMap<String, byte[]> {
        private static final long serialVersionUID = 1L;
    }

    private final World world;
    private final Edge edge;
    private final Contents files;
    private final boolean forgetful;
    private final Runnable onFull;

    /**
     * @param forgetful whether it keeps nothing that is to replace something
     * @param onFull is run each time that there is no room
     */
    SimulatedDisk(World world, Edge edge, Contents files, boolean forgetful, Runnable onFull) {
        this.world = world;
        this.edge = edge;
        this.files = files;
        this.forgetful = forgetful;
        this.onFull = onFull;
    }

    @Override
    public List<String> list(String folder) {
        edge.check();
        String prefix = folder.endsWith("/") ? folder : folder + "/";
        var names = new ArrayList<String>();
        for (String file : files.tailMap(prefix).keySet()) {
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
        return Optional.ofNullable(files.get(file));
    }

    @Override
    public void replace(String file, byte[] bytes) throws IOException {
        edge.before("write " + file);
        full(file);
        if (!forgetful || !files.containsKey(file)) {
            files.put(file, bytes);
        }
        edge.afterwards("write " + file);
    }

    @Override
    public void append(String file, byte[] bytes, boolean durable) throws IOException {
        edge.before("append " + file);
        byte[] old = files.getOrDefault(file, new byte[0]);
        if (world.happens(Fault.DISK_FULL)) {
            onFull.run();
            files.put(file, joined(old, Arrays.copyOf(bytes, world.random.nextInt(bytes.length))));
            throw new FileSystemException(file, null, "No space left on device");
        }
        files.put(file, joined(old, bytes));
        edge.afterwards("append " + file);
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }

    @Override
    public void delete(String file) throws IOException {
        edge.before("delete " + file);
        files.remove(file);
        edge.afterwards("delete " + file);
    }

    private void full(String file) throws IOException {
        if (world.happens(Fault.DISK_FULL)) {
            onFull.run();
            throw new FileSystemException(file, null, "No space left on device");
        }
    }
}
