package io.hatchery.protocol;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An entry of the audit trail: a request that changes something, or that was refused for want of a token or a right. The entries of a
 * gateway form a chain, so that a missing or changed one is noticed.
 *
 * @param gateway identifies the gateway from its start to its end
 * @param sequence the number of the entry among those of the gateway, from 0
 * @param previous the SHA-256 of the gateway's entry before, as it was written, in hexadecimal; empty for the first
 * @param at when the request ended
 * @param principal who sent it; null if that is not known
 * @param remote the address that it came from, which may be that of a proxy
 * @param action the operation of the API; its method if there is none
 * @param object the path, at most 300 characters
 * @param status the status of the answer; 0 if the client left before there was one
 * @param request identifies the request, as the header X-Request-Id of its answer does
 * @param detail what the path does not say, such as the containers of a request for many; null if nothing
 */
@RecordBuilder
public record AuditEntry(
        String gateway,
        long sequence,
        String previous,
        Instant at,
        @Nullable String principal,
        String remote,
        String action,
        String object,
        int status,
        String request,
        @Nullable String detail) {}
