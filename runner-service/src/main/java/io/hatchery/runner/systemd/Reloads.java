package io.hatchery.runner.systemd;

import io.hatchery.runner.context.BlockingWork;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Has systemd read its units anew, once for all that changed meanwhile: with many units that takes a while. */
final class Reloads {
    private final BlockingWork work;
    private final SystemdBus bus;
    private final UnitFiles units;
    private @Nullable Promise<Void> next;
    private boolean running;
    /** The last runner may have died between a change and this. */
    private boolean owed = true;

    Reloads(BlockingWork work, SystemdBus bus, UnitFiles units) {
        this.work = work;
        this.bus = bus;
        this.units = units;
    }

    /** Completes when what is on disk now has been read. */
    Future<Void> demand() {
        owed = true;
        if (next == null) {
            next = Promise.promise();
        }
        Future<Void> done = next.future();
        begin();
        return done;
    }

    /** The same, if a change has not been read; completes at once if all have. */
    Future<Void> owed() {
        return owed ? demand() : Future.succeededFuture();
    }

    private void begin() {
        Promise<Void> now = next;
        if (running || now == null) {
            return;
        }
        running = true;
        next = null;
        work.<Void>begin(() -> {
                    List<Path> unused = units.unusedPrograms();
                    bus.reload();
                    for (Path program : unused) {
                        Files.deleteIfExists(program);
                    }
                    return null;
                })
                .onComplete(result -> {
                    running = false;
                    owed = result.failed() || next != null;
                    now.handle(result);
                    begin();
                });
    }
}
