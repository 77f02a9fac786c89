package io.hatchery.gateway.tls;

import io.hatchery.bus.RepeatedWarning;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.net.ServerSSLOptions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives a server its certificate again when the files change. Open connections continue. Files that cannot be used, for instance a key
 * that is replaced before its certificate, leave the last certificate in use. All calls are made on one context.
 */
public final class CertificateReloader {
    private static final Logger LOG = LoggerFactory.getLogger(CertificateReloader.class);
    private static final Duration INTERVAL = Duration.ofSeconds(5);
    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration SOON = Duration.ofDays(14);

    private final RepeatedWarning unusable = new RepeatedWarning(LOG, "the gateway keeps its last certificate");
    private final Vertx vertx;
    private final CertificateFiles files;
    private final Clock clock;
    private ServerCertificate current;
    private Instant nextWarning = Instant.MIN;

    /**
     * @param current the certificate of the server now
     */
    public CertificateReloader(Vertx vertx, CertificateFiles files, Clock clock, ServerCertificate current) {
        this.vertx = vertx;
        this.files = files;
        this.clock = clock;
        this.current = current;
    }

    /** The certificate in use. */
    public ServerCertificate current() {
        return current;
    }

    /** Looks for changed files from now on, until Vert.x ends. */
    public void begin(HttpServer server) {
        warnBeforeExpiry();
        vertx.setTimer(INTERVAL.toMillis(), tick -> reload(server).onComplete(done -> begin(server)));
    }

    /** Reads the files, and gives the server the certificate if it is another one. */
    Future<Void> reload(HttpServer server) {
        return vertx.executeBlocking(() -> ServerCertificate.read(files, clock.instant()))
                .compose(read -> read.isSameAs(current) ? Future.succeededFuture() : replace(server, read))
                .onSuccess(done -> unusable.succeeded())
                .onFailure(unusable::failed);
    }

    private Future<Void> replace(HttpServer server, ServerCertificate read) {
        var options = new ServerSSLOptions().setKeyCertOptions(read.options());
        // Without force, options that name the same files have no effect.
        return server.updateSSLOptions(options, true).map(updated -> {
            current = read;
            LOG.info("uses the changed certificate of {}, which expires on {}", files.certificate(), read.expires());
            return null;
        });
    }

    private void warnBeforeExpiry() {
        Instant now = clock.instant();
        if (current.expires().isBefore(now.plus(SOON)) && !now.isBefore(nextWarning)) {
            nextWarning = now.plus(DAY);
            LOG.warn("the certificate in {} expires on {}: renew it", files.certificate(), current.expires());
        }
    }
}
