package io.hatchery.runner.systemd;

import io.hatchery.runner.plan.UnitNames;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.Signal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import org.freedesktop.dbus.DBusPath;
import org.freedesktop.dbus.connections.IDisconnectCallback;
import org.freedesktop.dbus.connections.impl.DBusConnection;
import org.freedesktop.dbus.connections.impl.DBusConnectionBuilder;
import org.freedesktop.dbus.exceptions.DBusException;
import org.freedesktop.dbus.exceptions.DBusExecutionException;
import org.freedesktop.dbus.interfaces.DBusInterface;
import org.freedesktop.dbus.interfaces.Properties;
import org.freedesktop.dbus.types.Variant;
import org.jspecify.annotations.Nullable;

/** The host's systemd and machined over the system bus. Calls block; a lost connection is made anew by the next call. */
public final class SystemdBus implements AutoCloseable {
    private static final String SYSTEMD = "org.freedesktop.systemd1";
    private static final String MACHINED = "org.freedesktop.machine1";
    private static final String UNIT = "/org/freedesktop/systemd1/unit/container_2d";
    private static final String SERVICE = "_2eservice";

    /** Gets word of units, on whatever thread. */
    interface UnitListener {
        /** Something about a container's unit is different. */
        void changed(ContainerName container);

        /** Someone else than the runner has had something done with a container's unit that was done, and may have changed nothing. */
        void jobDone(ContainerName container);

        /** The connection was lost, and signals with it. */
        void lost();
    }

    private final Object lock = new Object();
    /** Jobs that are the runner's and are not over; it guards itself, so that no end is heard of before the name is known. */
    private final Set<String> ownJobs = new HashSet<>();

    private volatile @Nullable UnitListener listener;
    private @Nullable DBusConnection connection;
    private boolean closed;

    private interface Call<T> {
        T with(DBusConnection connection) throws DBusException;
    }

    /** Calls the listener from now on. */
    void listen(UnitListener to) throws IOException {
        listener = to;
        call(c -> c);
    }

    private <T> T call(Call<T> call) throws IOException {
        try {
            return call.with(connected());
        } catch (DBusException | DBusExecutionException e) {
            throw new IOException("systemd: " + e.getMessage(), e);
        }
    }

    private DBusConnection connected() throws DBusException {
        synchronized (lock) {
            if (closed) {
                throw new DBusException("the connection to it has been closed");
            }
            if (connection == null || !connection.isConnected()) {
                DBusConnection fresh = DBusConnectionBuilder.forSystemBus()
                        .withShared(false)
                        .withDisconnectCallback(new IDisconnectCallback() {
                            @Override
                            public void disconnectOnError(IOException e) {
                                notifyListener(UnitListener::lost);
                            }
                        })
                        .build();
                var _ = fresh.addSigHandler(Properties.PropertiesChanged.class, signal -> changed(signal.getPath()));
                var _ = fresh.addSigHandler(SystemdApi.Systemd.JobRemoved.class, this::jobRemoved);
                manager(fresh).subscribe();
                connection = fresh;
            }
            return connection;
        }
    }

    private void jobRemoved(SystemdApi.Systemd.JobRemoved signal) {
        boolean ours;
        synchronized (ownJobs) {
            ours = ownJobs.remove(signal.job.getPath());
        }
        String unit = signal.unit;
        if (!ours
                && signal.result.equals("done")
                && unit.startsWith(UnitFiles.PREFIX)
                && unit.endsWith(UnitFiles.SUFFIX)) {
            String name = unit.substring(UnitFiles.PREFIX.length(), unit.length() - UnitFiles.SUFFIX.length());
            if (ContainerName.isValid(name)) {
                notifyListener(to -> to.jobDone(new ContainerName(name)));
            }
        }
    }

    private void changed(String path) {
        if (path.startsWith(UNIT) && path.endsWith(SERVICE)) {
            String name = path.substring(UNIT.length(), path.length() - SERVICE.length())
                    .replace("_2d", "-");
            if (ContainerName.isValid(name)) {
                notifyListener(to -> to.changed(new ContainerName(name)));
            }
        }
    }

    private void notifyListener(Consumer<UnitListener> what) {
        UnitListener to = listener;
        if (to != null) {
            what.accept(to);
        }
    }

    private static <T extends DBusInterface> T remote(
            DBusConnection connection, String service, String path, Class<T> type) throws DBusException {
        return connection.getRemoteObject(service, path, type);
    }

    private static SystemdApi.Systemd manager(DBusConnection connection) throws DBusException {
        return remote(connection, SYSTEMD, "/org/freedesktop/systemd1", SystemdApi.Systemd.class);
    }

    private static SystemdApi.Machines machines(DBusConnection connection) throws DBusException {
        return remote(connection, MACHINED, "/org/freedesktop/machine1", SystemdApi.Machines.class);
    }

    /** Has systemd read all units anew. */
    void reload() throws IOException {
        var _ = call(c -> {
            manager(c).reload();
            return true;
        });
    }

    private void own(Call<DBusPath> job) throws IOException {
        synchronized (ownJobs) {
            ownJobs.add(call(job).getPath());
        }
    }

    /** Asks for a start; what becomes of it shows in the unit's state. */
    void start(ContainerName container) throws IOException {
        own(c -> manager(c).startUnit(UnitFiles.unit(container), "replace"));
    }

    /** Asks for a reload; what becomes of it shows in the unit's job and {@link #reloadResult}. */
    void reload(ContainerName container) throws IOException {
        own(c -> manager(c).reloadUnit(UnitFiles.unit(container), "replace"));
    }

    /** How the last reload ended: {@code success}, or what else systemd calls it. */
    String reloadResult(ContainerName container) throws IOException {
        return call(c -> {
            String path = manager(c).loadUnit(UnitFiles.unit(container)).getPath();
            return String.valueOf(remote(c, SYSTEMD, path, Properties.class)
                    .<Object>Get("org.freedesktop.systemd1.Service", "ReloadResult"));
        });
    }

    /** Whether a mount that systemd knows of and has not made will be where a path is, or above it. */
    boolean isToBeMounted(String path) throws IOException {
        for (Path at = Path.of(path); at != null && at.getNameCount() > 0; at = at.getParent()) {
            String unit = UnitNames.mount(at.toString());
            boolean waits = call(c -> {
                String object = manager(c).loadUnit(unit).getPath();
                Map<String, Variant<?>> all =
                        remote(c, SYSTEMD, object, Properties.class).GetAll("org.freedesktop.systemd1.Unit");
                return "loaded".equals(value(all, "LoadState")) && !"active".equals(value(all, "ActiveState"));
            });
            if (waits) {
                return true;
            }
        }
        return false;
    }

    /** Asks for a stop; what becomes of it shows in the unit's state. */
    void stop(ContainerName container) throws IOException {
        own(c -> manager(c).stopUnit(UnitFiles.unit(container), "replace"));
    }

    /** Signals every process of the unit, or nspawn alone; nothing if there is none. */
    void kill(ContainerName container, boolean all, Signal signal) throws IOException {
        try {
            var _ = call(c -> {
                manager(c).killUnit(UnitFiles.unit(container), all ? "all" : "main", signal.number());
                return true;
            });
        } catch (IOException e) {
            if (!state(container).isSettled()) {
                throw e;
            }
        }
    }

    /** The container's unit as it is now. */
    UnitState state(ContainerName container) throws IOException {
        Map<String, Variant<?>> all = call(c -> {
            String path = manager(c).loadUnit(UnitFiles.unit(container)).getPath();
            return remote(c, SYSTEMD, path, Properties.class).GetAll("org.freedesktop.systemd1.Unit");
        });
        return new UnitState(
                String.valueOf(value(all, "ActiveState")),
                String.valueOf(value(all, "SubState")),
                hex(value(all, "InvocationID")),
                job(value(all, "Job")),
                number(value(all, "InactiveExitTimestampMonotonic")),
                number(value(all, "ActiveEnterTimestampMonotonic")));
    }

    private static @Nullable Object value(Map<String, Variant<?>> properties, String name) {
        Variant<?> value = properties.get(name);
        return value == null ? null : value.getValue();
    }

    private static long number(@Nullable Object value) {
        return value instanceof Number number ? number.longValue() : 0;
    }

    /** A unit's job is its number, 0 if there is none, and its object. */
    private String job(@Nullable Object struct) throws IOException {
        if (!(struct instanceof Object[] parts) || parts.length < 2 || number(parts[0]) == 0) {
            return "";
        }
        try {
            return call(c -> String.valueOf(remote(c, SYSTEMD, ((DBusPath) parts[1]).getPath(), Properties.class)
                    .<Object>Get("org.freedesktop.systemd1.Job", "JobType")));
        } catch (IOException e) {
            if (e.getCause() instanceof DBusExecutionException) {
                return "done"; // since it was looked at
            }
            throw e;
        }
    }

    private static String hex(@Nullable Object bytes) {
        if (bytes instanceof List<?> list) {
            var array = new byte[list.size()];
            for (int i = 0; i < array.length; i++) {
                array[i] = (byte) number(list.get(i));
            }
            return HexFormat.of().formatHex(array);
        }
        return bytes instanceof byte[] array ? HexFormat.of().formatHex(array) : "";
    }

    /** The pid of the container's init; empty if machined does not know the container. */
    OptionalLong leader(ContainerName container) throws IOException {
        return call(c -> {
            for (SystemdApi.Machine machine : machines(c).listMachines()) {
                if (machine.name.equals(container.value())) {
                    Object pid = remote(c, MACHINED, machine.path.getPath(), Properties.class)
                            .<Object>Get("org.freedesktop.machine1.Machine", "Leader");
                    return OptionalLong.of(number(pid));
                }
            }
            return OptionalLong.empty();
        });
    }

    @Override
    public void close() throws IOException {
        synchronized (lock) {
            closed = true;
            listener = null;
            if (connection != null) {
                connection.close();
            }
        }
    }
}
