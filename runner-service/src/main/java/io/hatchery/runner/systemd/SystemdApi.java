package io.hatchery.runner.systemd;

import java.util.List;
import org.freedesktop.dbus.DBusPath;
import org.freedesktop.dbus.Struct;
import org.freedesktop.dbus.annotations.DBusInterfaceName;
import org.freedesktop.dbus.annotations.DBusMemberName;
import org.freedesktop.dbus.annotations.Position;
import org.freedesktop.dbus.exceptions.DBusException;
import org.freedesktop.dbus.interfaces.DBusInterface;
import org.freedesktop.dbus.messages.DBusSignal;
import org.freedesktop.dbus.types.UInt32;

/** What is called of the host's D-Bus services. */
interface SystemdApi {
    /** Of org.freedesktop.systemd1(5). */
    @DBusInterfaceName("org.freedesktop.systemd1.Manager")
    interface Systemd extends DBusInterface {
        /** A job is over, whatever it was. */
        final class JobRemoved extends DBusSignal {
            /** The job's object. */
            public final DBusPath job;

            /** Whose job it was. */
            public final String unit;

            /** {@code done}, or how else it ended. */
            public final String result;

            /** As it is read off the bus. */
            public JobRemoved(String path, UInt32 id, DBusPath job, String unit, String result) throws DBusException {
                super(path, id, job, unit, result);
                this.job = job;
                this.unit = unit;
                this.result = result;
            }
        }

        /** Has signals sent to this connection. */
        @DBusMemberName("Subscribe")
        void subscribe();

        /** Reads all unit files anew. */
        @DBusMemberName("Reload")
        void reload();

        /** The object of a unit, loaded if need be. */
        @DBusMemberName("LoadUnit")
        DBusPath loadUnit(String name);

        /** Enqueues a job. */
        @DBusMemberName("StartUnit")
        DBusPath startUnit(String name, String mode);

        /** Enqueues a job. */
        @DBusMemberName("ReloadUnit")
        DBusPath reloadUnit(String name, String mode);

        /** Enqueues a job. */
        @DBusMemberName("StopUnit")
        DBusPath stopUnit(String name, String mode);

        /** Signals {@code main}, {@code control} or {@code all} processes. */
        @DBusMemberName("KillUnit")
        void killUnit(String name, String whom, int signal);
    }

    /** A machine in a list: its name, its class, the service that made it, its object. */
    final class Machine extends Struct {
        /** As it is registered. */
        @Position(0)
        public final String name;

        /** {@code container} or {@code vm}. */
        @Position(1)
        public final String kind;

        /** Such as {@code systemd-nspawn}. */
        @Position(2)
        public final String service;

        /** Its object. */
        @Position(3)
        public final DBusPath path;

        /** As it is read off the bus. */
        public Machine(String name, String kind, String service, DBusPath path) {
            this.name = name;
            this.kind = kind;
            this.service = service;
            this.path = path;
        }
    }

    /** Of org.freedesktop.machine1(5). */
    @DBusInterfaceName("org.freedesktop.machine1.Manager")
    interface Machines extends DBusInterface {
        /** All machines there are. */
        @DBusMemberName("ListMachines")
        List<Machine> listMachines();
    }
}
