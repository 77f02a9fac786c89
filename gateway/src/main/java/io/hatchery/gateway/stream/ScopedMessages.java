package io.hatchery.gateway.stream;

import io.hatchery.gateway.view.HiddenEnvironment;
import io.hatchery.gateway.view.ScopedChange;
import io.hatchery.gateway.view.StreamChange;
import org.jspecify.annotations.Nullable;

/** The messages that clients get of one change, depending on their filters; each is rendered once for all of them. */
final class ScopedMessages {
    private final ScopedChange change;
    private final StreamMessage message;
    private @Nullable StreamMessage container;
    private @Nullable StreamMessage deselection;
    private @Nullable StreamMessage forViewers;

    ScopedMessages(ScopedChange change) {
        this.change = change;
        this.message = new StreamMessage(change.change());
    }

    /** The message for clients with that filter; null if they get none. */
    @Nullable
    StreamMessage admittedBy(StreamFilter filter) {
        return switch (filter.admit(change)) {
            case NONE -> null;
            case CHANGE -> filter.principal().isViewer() ? forViewers(message) : message;
            case CONTAINER -> filter.principal().isViewer() ? forViewers(container()) : container();
            case DESELECTION -> deselection();
        };
    }

    /** A change has one container, so what viewers get of it is one message. */
    private StreamMessage forViewers(StreamMessage whole) {
        if (!(whole.change() instanceof StreamChange.ContainerChange shown) || shown.json() == null) {
            return whole;
        }
        StreamMessage made = forViewers;
        if (made == null) {
            made = new StreamMessage(new StreamChange.ContainerChange(
                    shown.container(), shown.host(), HiddenEnvironment.inContainer(shown.json())));
            forViewers = made;
        }
        return made;
    }

    private StreamMessage container() {
        StreamMessage made = container;
        if (made == null) {
            made = change.container() == null ? message : new StreamMessage(change.container());
            container = made;
        }
        return made;
    }

    private StreamMessage deselection() {
        StreamMessage made = deselection;
        if (made == null) {
            made = change.change().container() == null
                    ? message
                    : new StreamMessage(
                            new StreamChange.Deselection(change.change().container()));
            deselection = made;
        }
        return made;
    }
}
