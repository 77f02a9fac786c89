package io.hatchery.app;

import io.hatchery.bus.BusConfig;
import io.hatchery.bus.TopicSetup;
import io.hatchery.bus.access.AccessSetup;
import io.hatchery.bus.access.KafkaUser;
import io.hatchery.protocol.Topic;
import io.hatchery.protocol.Topics;
import io.hatchery.protocol.access.Principal;
import io.hatchery.spec.HostName;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Sets up the users of a fleet, their credentials, rights and topics, as an administrator of Kafka.
 *
 * @param administrator the connection of the administrator
 * @param credentials where the credentials of users are kept
 */
record FleetAccess(BusConfig administrator, KafkaCredentials credentials) {
    /** Which existing users get another password. */
    enum NewPasswords {
        /** None. */
        NONE,
        /** Those whose password is not in the folder. */
        MISSING,
        /** All that are named. */
        ALL
    }

    /**
     * The changes of a call.
     *
     * @param created users that are new
     * @param renewed users that have another password
     * @param withoutFile users that exist and whose password is not in the folder
     * @param acls the ACLs that were added and removed
     */
    record AccessChanges(
            List<String> created, List<String> renewed, List<String> withoutFile, AccessSetup.AclChanges acls) {}

    /**
     * Makes sure that the principals have users, credentials and exactly their rights, and that the topics of the fleet and of the named
     * hosts exist. A first gateway and config-service are added where there is none. Services that have a user already get their present rights too.
     *
     * @throws io.hatchery.bus.BusException if the broker does not answer or refuses
     */
    AccessChanges apply(Collection<Principal> asked, NewPasswords passwords) throws IOException {
        try (var setup = new AccessSetup(administrator)) {
            Set<String> existing = setup.users();
            List<Principal> named = AccessPlan.withServices(asked, existing);
            var changes = new AccessChanges(
                    new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new AccessSetup.AclChanges(0, 0));
            var toWrite = new ArrayList<KafkaUser>();
            for (Principal principal : named) {
                choose(principal.user(), existing, passwords, changes).ifPresent(toWrite::add);
            }
            // The file comes last: a password that is not in the folder is noticed by the next call.
            setup.put(toWrite.stream()
                    .filter(user -> changes.created.contains(user.name()) || changes.renewed.contains(user.name()))
                    .toList());
            for (KafkaUser user : toWrite) {
                credentials.write(user, administrator.client());
            }
            // Services that exist already need the keys too: hosts that have theirs refuse what is not signed.
            new RecordKeyFiles(credentials.folder())
                    .apply(AccessPlan.of(named, existing).principals().values());
            AccessSetup.AclChanges acls =
                    setup.grant(AccessPlan.of(named, existing).grants());
            createTopics(named);
            return new AccessChanges(changes.created, changes.renewed, changes.withoutFile, acls);
        }
    }

    private Optional<KafkaUser> choose(String name, Set<String> existing, NewPasswords passwords, AccessChanges changes)
            throws IOException {
        Optional<KafkaUser> kept = credentials.read(name);
        if (!existing.contains(name)) {
            changes.created.add(name);
            return Optional.of(kept.filter(user -> passwords != NewPasswords.ALL)
                    .orElseGet(() -> KafkaUser.withNewPassword(name)));
        }
        boolean isRenewed = passwords == NewPasswords.ALL || passwords == NewPasswords.MISSING && kept.isEmpty();
        if (isRenewed) {
            changes.renewed.add(name);
            return Optional.of(KafkaUser.withNewPassword(name));
        }
        if (kept.isEmpty()) {
            changes.withoutFile.add(name);
        }
        return kept;
    }

    private void createTopics(Collection<Principal> named) {
        var topics = new ArrayList<Topic>(Topics.ofTheFleet());
        for (Principal principal : named) {
            if (principal instanceof Principal.RunnerUser(HostName host)) {
                topics.addAll(Topics.of(host));
            }
        }
        try (var setup = new TopicSetup(administrator)) {
            setup.ensure(topics);
        }
    }
}
