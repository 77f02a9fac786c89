package io.hatchery.app;

import java.lang.reflect.Proxy;

/** SIGWINCH, which the terminal sends when its size changes. */
final class WindowSignal {
    private WindowSignal() {}

    /** Does something at each such signal; nothing on a JVM that cannot handle signals, where the size stays as it was. */
    static void handle(Runnable action) {
        try {
            // By reflection: the compiler warns of this class whatever it is told, and the JDK has no other.
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object own = Proxy.newProxyInstance(
                    WindowSignal.class.getClassLoader(), new Class<?>[] {handler}, (proxy, method, arguments) -> {
                        if (method.getName().equals("handle")) {
                            action.run();
                        }
                        return null;
                    });
            var _ = signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance("WINCH"), own);
        } catch (ReflectiveOperationException e) {
            Output.note("hatchery: changes of the terminal's size are not noticed: " + e);
        }
    }
}
