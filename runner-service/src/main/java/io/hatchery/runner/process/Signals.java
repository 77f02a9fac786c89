package io.hatchery.runner.process;

import io.hatchery.spec.Signal;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.function.Predicate;

/** Sends signals by pidfd, so that a process that took over a pid is never hit: pidfd_open(2), pidfd_send_signal(2). */
@SuppressWarnings("restricted")
final class Signals {
    /** System call numbers; these two are the same on every architecture. */
    private static final long PIDFD_SEND_SIGNAL = 424;

    private static final long PIDFD_OPEN = 434;
    private static final int ESRCH = 3;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout CAPTURED = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = CAPTURED.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final MethodHandle SYSCALL = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("syscall"),
            FunctionDescriptor.of(
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG),
            Linker.Option.firstVariadicArg(1),
            Linker.Option.captureCallState("errno"));
    private static final MethodHandle CLOSE = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("close"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

    private Signals() {}

    /**
     * Sends a signal.
     *
     * @param isAlive whether a process is the one that has its pid now
     * @return whether the process was there to get it
     * @throws IOException if the kernel refuses
     */
    static boolean send(ProcessRef process, Signal signal, Predicate<ProcessRef> isAlive) throws IOException {
        try (var arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(CAPTURED);
            long fd = call(state, PIDFD_OPEN, process.pid(), 0);
            if (fd < 0) {
                return refused(state, "pidfd_open", process);
            }
            try {
                // The pidfd holds on to whatever had the pid when it was opened: this says whether that is who is
                // meant.
                if (!isAlive.test(process)) {
                    return false;
                }
                return call(state, PIDFD_SEND_SIGNAL, fd, signal.number()) >= 0
                        || refused(state, "pidfd_send_signal", process);
            } finally {
                close((int) fd);
            }
        }
    }

    private static boolean refused(MemorySegment state, String what, ProcessRef process) throws IOException {
        int errno = (int) ERRNO.get(state, 0L);
        if (errno == ESRCH) {
            return false;
        }
        throw new IOException(what + " of process " + process.pid() + " failed with errno " + errno);
    }

    private static long call(MemorySegment state, long number, long first, long second) {
        try {
            return (long) SYSCALL.invokeExact(state, number, first, second, 0L, 0L);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static void close(int fd) {
        try {
            int _ = (int) CLOSE.invokeExact(fd);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
