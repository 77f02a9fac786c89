package io.hatchery.bus.authentication;

import io.hatchery.protocol.Authentication;
import io.hatchery.protocol.Headers;
import io.hatchery.protocol.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.spec.SecretKeySpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** Signs the records of a process, and checks those that it reads. Safe for all threads. */
public final class RecordAuthenticator {
    /** Signs and checks nothing. */
    public static final RecordAuthenticator NONE =
            new RecordAuthenticator(() -> RecordKeys.NONE, CommandCheck.WHERE_SIGNED, Clock.systemUTC());

    /**
     * How far the time of a signature may be from that at which the broker appended the record: longer than a producer waits for the broker,
     * and than clocks may differ. A record that is written again later is refused.
     */
    public static final Duration MAX_DELAY = Duration.ofMinutes(10);

    /** Which commands are executed. */
    public enum CommandCheck {
        /** All that the ACLs of Kafka let through; a code that is there must be right. */
        WHERE_SIGNED,
        /** Those that a gateway signed. */
        REQUIRED
    }

    private static final Pattern CODE = Pattern.compile("([0-9]{1,9}):([A-Za-z0-9_-]{43})");
    private static final String REMEDY =
            ". Services and runners sign their records with the keys that hatchery acls --apply writes";

    private final KeySource source;
    private final CommandCheck commands;
    private final Clock clock;

    /**
     * @param source the keys of this process
     * @param commands which commands are executed
     * @param clock the time of signatures
     */
    public RecordAuthenticator(KeySource source, CommandCheck commands, Clock clock) {
        this.source = source;
        this.commands = commands;
        this.clock = clock;
    }

    /** Adds the code to a record, in place of one that it has, if this process has keys for its topic. */
    public void sign(ProducerRecord<byte[], byte[]> record) {
        Authentication purpose = Topics.authenticationOf(record.topic());
        RecordKeys keys = source.keys();
        if (!keys.covers(purpose)) {
            return;
        }
        String signer = purpose == Authentication.REPORT ? keys.signer() : hostOf(record.topic());
        SecretKeySpec key = keys.find(keys.current(), purpose, signer)
                .orElseThrow(() ->
                        new IllegalArgumentException("this process has no key to sign a record of " + record.topic()));
        record.headers().remove(Headers.MAC).remove(Headers.SIGNER).remove(Headers.SIGNED_AT);
        record.headers().add(Headers.SIGNED_AT, bytes(clock.instant().toString()));
        if (purpose == Authentication.REPORT && !signer.isEmpty()) {
            record.headers().add(Headers.SIGNER, bytes(signer));
        }
        byte[] code = RecordMac.of(
                key,
                new RecordMac.Signature(keys.current(), purpose, signer),
                record.topic(),
                record.key(),
                RecordMac.metadata(record.headers()),
                record.value());
        record.headers()
                .add(
                        Headers.MAC,
                        bytes(keys.current() + ":"
                                + Base64.getUrlEncoder().withoutPadding().encodeToString(code)));
    }

    /** Whether records of a topic are checked. */
    public boolean checks(String topic) {
        return source.keys().covers(Topics.authenticationOf(topic));
    }

    /** Why a record is not authentic; empty if it is, or if this process has no keys for its topic. */
    public Optional<String> refusal(ConsumerRecord<byte[], byte[]> record) {
        if (!checks(record.topic()) || isOperators(record)) {
            return Optional.empty();
        }
        try {
            check(record);
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.of("it is not authentic: " + e.getMessage() + REMEDY);
        }
    }

    /** Whether it is a command without a code, which is as good as the ACLs of its topic. */
    private boolean isOperators(ConsumerRecord<byte[], byte[]> record) {
        return commands == CommandCheck.WHERE_SIGNED
                && Topics.authenticationOf(record.topic()) == Authentication.COMMAND
                && record.headers().lastHeader(Headers.MAC) == null;
    }

    private void check(ConsumerRecord<byte[], byte[]> record) {
        Map<String, byte[]> metadata = RecordMac.metadata(record.headers());
        Matcher code = CODE.matcher(onlyCode(record));
        if (!code.matches()) {
            throw new IllegalArgumentException("the header " + Headers.MAC + " has no code in it");
        }
        Authentication purpose = Topics.authenticationOf(record.topic());
        String signer = purpose == Authentication.REPORT ? text(metadata.get(Headers.SIGNER)) : hostOf(record.topic());
        String keyId = code.group(1);
        SecretKeySpec key = source.keys()
                .find(keyId, purpose, signer)
                .or(() -> source.changedKeys().find(keyId, purpose, signer))
                .orElseThrow(() -> new IllegalArgumentException("there is no key with the id " + keyId + " of "
                        + (signer.isEmpty() ? "the control plane" : "host '" + signer + "'")));
        byte[] expected = RecordMac.of(
                key,
                new RecordMac.Signature(keyId, purpose, signer),
                record.topic(),
                record.key(),
                metadata,
                record.value());
        if (!RecordMac.isEqual(expected, Base64.getUrlDecoder().decode(code.group(2)))) {
            throw new IllegalArgumentException("its code in the header " + Headers.MAC + " does not fit");
        }
        requireFresh(text(metadata.get(Headers.SIGNED_AT)), Instant.ofEpochMilli(record.timestamp()));
    }

    private static void requireFresh(String signedAt, Instant appended) {
        Instant signed;
        try {
            signed = Instant.parse(signedAt);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("the header " + Headers.SIGNED_AT + " is not a time: " + signedAt, e);
        }
        if (Duration.between(signed, appended).abs().compareTo(MAX_DELAY) > 0) {
            throw new IllegalArgumentException("it was signed at " + signed + " and appended at " + appended
                    + ", more than " + MAX_DELAY.toMinutes()
                    + " minutes apart: it was written again, or the clocks of its producer and of the broker differ"
                    + " (timedatectl shows whether a clock is synchronised)");
        }
    }

    private static String onlyCode(ConsumerRecord<byte[], byte[]> record) {
        Header found = null;
        for (Header header : record.headers().headers(Headers.MAC)) {
            if (found != null) {
                throw new IllegalArgumentException("the header " + Headers.MAC + " occurs twice");
            }
            found = header;
        }
        if (found == null) {
            throw new IllegalArgumentException("it has no header " + Headers.MAC);
        }
        return text(found.value());
    }

    private static String hostOf(String topic) {
        return Topics.hostOf(topic).orElseThrow().value();
    }

    private static String text(byte @Nullable [] value) {
        return value == null ? "" : new String(value, StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
