package io.hatchery.gateway.view;

import com.fasterxml.jackson.databind.JsonNode;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import org.jspecify.annotations.Nullable;

/**
 * Something that stream clients get.
 *
 * @param type {@code status}, {@code event} or {@code host}
 * @param container the container concerned; null if none
 * @param host the host concerned; null if none
 * @param body the message's further fields
 */
public record StreamChange(
        String type,
        @Nullable ContainerName container,
        @Nullable HostName host,
        JsonNode body) {}
