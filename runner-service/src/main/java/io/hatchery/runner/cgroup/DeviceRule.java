package io.hatchery.runner.cgroup;

import java.util.Locale;

/**
 * A kind of access to devices that processes of a control group have.
 *
 * @param kind of the devices
 * @param major number of the devices
 * @param minor number of the device; {@link #ANY} for all of the major number
 * @param access some of {@code r} (read), {@code w} (write) and {@code m} (mknod), each at most once
 * @param isRequired whether the container is not to run without it
 */
public record DeviceRule(DeviceKind kind, int major, int minor, String access, boolean isRequired) {
    /** In place of a minor number: every one. */
    public static final int ANY = -1;

    /** Kinds of devices. */
    public enum DeviceKind {
        /** Block devices. */
        BLOCK,
        /** Character devices. */
        CHARACTER;

        private String letter() {
            return name().substring(0, 1).toLowerCase(Locale.ROOT);
        }
    }

    private String minorOrAny() {
        return minor == ANY ? "*" : Integer.toString(minor);
    }

    /** As the version 1 controller reads it, for instance {@code c 1:3 rwm}. */
    public String controllerLine() {
        return kind.letter() + " " + major + ":" + minorOrAny() + " " + access;
    }

    /** As {@code hatchery-supervisor close-devices} reads it, for instance {@code c:1:3:rwm}. */
    public String argument() {
        return kind.letter() + ":" + major + ":" + minorOrAny() + ":" + access;
    }
}
