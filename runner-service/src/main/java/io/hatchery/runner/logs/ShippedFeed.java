package io.hatchery.runner.logs;

import io.hatchery.spec.ContainerName;
import org.jspecify.annotations.Nullable;

/** A feed that is being shipped, one chunk at a time: the next is read when the broker has the one before. */
final class ShippedFeed {
    private final LogSources kind;
    private final ContainerName container;
    private final LogFeed feed;
    private final TokenBucket bucket;
    private @Nullable LogChunk pending;
    private @Nullable String unsaved;
    private boolean isInFlight;
    private long retryAt;

    ShippedFeed(LogSources kind, ContainerName container, LogFeed feed, TokenBucket bucket) {
        this.kind = kind;
        this.container = container;
        this.feed = feed;
        this.bucket = bucket;
    }

    LogSources kind() {
        return kind;
    }

    ContainerName container() {
        return container;
    }

    LogFeed feed() {
        return feed;
    }

    TokenBucket bucket() {
        return bucket;
    }

    boolean isInFlight() {
        return isInFlight;
    }

    /** The chunk that the broker does not have yet; null if there is none. */
    @Nullable
    LogChunk pending() {
        return pending;
    }

    /** Whether a chunk whose publication failed must wait. */
    boolean mustWait(long now) {
        return pending != null && now - retryAt < 0;
    }

    void sent(LogChunk chunk) {
        pending = chunk;
        isInFlight = true;
    }

    void acknowledged(LogChunk chunk) {
        pending = null;
        isInFlight = false;
        unsaved = chunk.position();
        kind.acknowledged(container, chunk.position());
    }

    /** A chunk is not acknowledged: it is sent again, and readers see by its sequences if it was written after all. */
    void failed(long retry) {
        isInFlight = false;
        retryAt = retry;
    }

    /** The position that is to be saved; null if that is done. */
    @Nullable
    String takeUnsaved() {
        String position = unsaved;
        unsaved = null;
        return position;
    }
}
