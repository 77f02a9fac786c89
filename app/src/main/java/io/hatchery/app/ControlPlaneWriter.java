package io.hatchery.app;

import io.hatchery.bus.BusConfig;
import io.hatchery.bus.BusException;
import io.hatchery.bus.Message;
import io.hatchery.bus.authentication.FleetKeys;
import io.hatchery.bus.authentication.RecordAuthenticator;
import io.hatchery.bus.authentication.RecordKeys;
import io.hatchery.protocol.Topics;
import io.hatchery.protocol.access.Principal;
import io.hatchery.protocol.token.JoinToken;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.jspecify.annotations.Nullable;

/**
 * Writes records of the control plane for an administrator, signed with the fleet's keys if there are some. Blocks.
 *
 * @param administrator the connection, with the keys
 */
record ControlPlaneWriter(BusConfig administrator, KafkaProducer<byte[], byte[]> producer) implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 30;

    /**
     * Connects with the first record.
     *
     * @param users the folder with the fleet's keys
     */
    static ControlPlaneWriter of(BusConfig administrator, Path users) throws IOException {
        Optional<FleetKeys> keys = new RecordKeyFiles(users).find();
        RecordAuthenticator authenticator = RecordAuthenticator.NONE;
        if (keys.isPresent()) {
            RecordKeys roots = RecordKeys.of(keys.get().of(new Principal.ConfigServiceUser(Principal.FIRST)));
            authenticator = new RecordAuthenticator(
                    () -> roots, RecordAuthenticator.CommandCheck.WHERE_SIGNED, Clock.systemUTC());
        }
        BusConfig signing = administrator.withAuthenticator(authenticator);
        return new ControlPlaneWriter(signing, new KafkaProducer<>(signing.producer(PATIENCE_SECONDS * 1000)));
    }

    /**
     * Deletes the record of a host.
     *
     * @throws BusException if the broker does not take it within half a minute
     */
    void deleteHost(HostName host) {
        write(message(Topics.HOSTS.name(), host.value(), null));
    }

    /**
     * Publishes the removal of a container to a host.
     *
     * @throws BusException if the broker does not take it within half a minute
     */
    void removeContainer(HostName host, ContainerName container) {
        write(message(Topics.specs(host).name(), container.value(), null));
    }

    /**
     * Publishes a join token to the gateways.
     *
     * @throws BusException if the broker does not take it within half a minute
     */
    void putJoinToken(JoinToken token) {
        write(message(Topics.ACCESS.name(), JoinToken.key(token.host()), token));
    }

    /**
     * Publishes that there is no join token of a host.
     *
     * @throws BusException if the broker does not take it within half a minute
     */
    void deleteJoinToken(HostName host) {
        write(message(Topics.ACCESS.name(), JoinToken.key(host), null));
    }

    private static Message message(String topic, String key, @Nullable Object value) {
        return Message.of(
                topic, key, value, null, "/administrator", Clock.systemUTC().instant());
    }

    private void write(Message message) {
        var record = message.toRecord(administrator.partitions());
        administrator.authenticator().sign(record);
        try {
            var _ = producer.send(record).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new BusException(
                    "cannot write to " + message.topic() + " of the broker at " + administrator.bootstrap(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BusException("interrupted", e);
        }
    }

    @Override
    public void close() {
        producer.close();
    }
}
