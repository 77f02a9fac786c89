package io.hatchery.runner.service;

import io.hatchery.bus.BusRecord;
import io.hatchery.bus.Publisher;
import io.hatchery.protocol.Command;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Verb;
import io.hatchery.runner.lifecycle.Input;
import io.hatchery.spec.Generation;
import io.hatchery.spec.json.UnreadableException;
import io.vertx.core.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Passes the commands of the host to their containers. */
final class CommandIntake {
    private static final Logger LOG = LoggerFactory.getLogger(CommandIntake.class);

    private final ContainerControllers controllers;
    private final SessionCommands sessions;
    private final Publisher publisher;
    private final String reader;

    /**
     * @param reader name of this runner on dead letters
     */
    CommandIntake(ContainerControllers controllers, SessionCommands sessions, Publisher publisher, String reader) {
        this.controllers = controllers;
        this.sessions = sessions;
        this.publisher = publisher;
        this.reader = reader;
    }

    /** Handles a record; completes when the broker has its outcome or its dead letter. */
    Future<?> take(BusRecord record) {
        try {
            Command command = record.strictValue(Command.class);
            String key = record.key();
            if (!key.isEmpty() && !key.equals(command.container().value())) {
                throw new UnreadableException("its key says '" + key + "' and its value '" + command.container()
                        + "': which container is meant?");
            }
            var id = new CommandId(record.id());
            if (command.command() == Verb.SESSION) {
                if (record.lacksCode()) { // whatever runner.commands says: it would let its author run anything
                    throw new UnreadableException(
                            "a session that no gateway has signed: open it with hatchery exec, not with a record");
                }
                return controllers.besideLifecycle(
                        id,
                        () -> sessions.open(id, command, record.timestamp(), controllers.state(command.container())));
            }
            return controllers.command(
                    command.container(),
                    id,
                    new Input.CommandArrived(id, withoutRevokedGeneration(command), record.timestamp()));
        } catch (UnreadableException | RuntimeException e) {
            LOG.warn("{} goes to the dead letters", record.position().text(), e);
            return publisher.sendToDeadLetter(record, reader, reason(e));
        }
    }

    /** The reason on a dead letter. Other exceptions than these are no error of the record's author. */
    static String reason(Exception e) {
        return e.getMessage() != null && (e instanceof UnreadableException || e instanceof IllegalArgumentException)
                ? e.getMessage()
                : "it cannot be handled: " + e;
    }

    /** A revoked generation never arrives: the command is for the present spec. */
    private Command withoutRevokedGeneration(Command command) {
        Generation generation = command.generation();
        return generation != null && controllers.isRevoked(command.container(), generation)
                ? new Command(command.command(), command.container(), null, command.deadline(), command.requestedBy())
                : command;
    }
}
