package io.hatchery.bus.access;

import io.hatchery.bus.BrokerAnswers;
import io.hatchery.bus.BusConfig;
import io.hatchery.bus.BusException;
import io.hatchery.protocol.access.Grant;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialAlteration;
import org.apache.kafka.clients.admin.UserScramCredentialDeletion;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;

/** Creates users on Kafka and gives them their rights, as an administrator. Blocks; not for an event loop. */
public final class AccessSetup implements AutoCloseable {
    /** How long a broker may take to apply what its controller has accepted. */
    private static final Duration APPLIED_WITHIN = Duration.ofSeconds(30);

    private static final Duration BETWEEN_CHECKS = Duration.ofMillis(20);

    /** Passwords are random, so more iterations would not make them harder to guess. This is Kafka's minimum. */
    private static final int ITERATIONS = 4096;

    /** How many ACLs are changed with one request, which Kafka limits to 10,000. */
    private static final int AT_ONCE = 5_000;

    private final Admin admin;
    private final BusConfig config;

    /**
     * What was changed.
     *
     * @param added the number of ACLs that were added
     * @param removed the number of ACLs that were removed
     */
    public record AclChanges(int added, int removed) {}

    /**
     * Connects lazily.
     *
     * @param administrator the connection of a super user, or of a user with ALTER and DESCRIBE on the cluster
     */
    public AccessSetup(BusConfig administrator) {
        this.config = administrator;
        this.admin = Admin.create(administrator.admin());
    }

    /**
     * The names of all users that have SCRAM credentials.
     *
     * @throws BusException if the broker does not answer within a minute or refuses
     */
    public SortedSet<String> users() {
        return new TreeSet<>(await(admin.describeUserScramCredentials().users(), "list the users"));
    }

    /**
     * Creates users, or gives existing ones another password, and waits until the broker knows them.
     *
     * @throws BusException if the broker does not answer within a minute or refuses
     */
    public void put(Collection<KafkaUser> users) {
        if (users.isEmpty()) {
            return;
        }
        List<UserScramCredentialAlteration> changes = users.stream()
                .<UserScramCredentialAlteration>map(user -> new UserScramCredentialUpsertion(
                        user.name(),
                        new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, ITERATIONS),
                        user.password()))
                .toList();
        await(admin.alterUserScramCredentials(changes).all(), "create users");
        List<String> names = users.stream().map(KafkaUser::name).toList();
        awaitApplied("users", () -> users().containsAll(names));
    }

    /**
     * Makes the ACLs of users exactly those of these grants, and waits until the broker applies them.
     *
     * @param grants by the name of the user; users that are not named keep theirs
     * @throws BusException if the broker does not answer within a minute or refuses
     */
    public AclChanges grant(Map<String, ? extends Collection<Grant>> grants) {
        var wanted = new HashSet<AclBinding>();
        grants.forEach((user, all) -> all.forEach(grant -> wanted.addAll(Acls.of(user, grant))));
        Set<AclBinding> found = found(grants.keySet());
        var missing = new ArrayList<>(wanted);
        missing.removeAll(found);
        var surplus = new ArrayList<>(found);
        surplus.removeAll(wanted);
        for (int from = 0; from < missing.size(); from += AT_ONCE) {
            await(
                    admin.createAcls(missing.subList(from, Math.min(missing.size(), from + AT_ONCE)))
                            .all(),
                    "add ACLs");
        }
        delete(surplus);
        if (!missing.isEmpty() || !surplus.isEmpty()) {
            awaitApplied("ACLs", () -> found(grants.keySet()).equals(wanted));
        }
        return new AclChanges(missing.size(), surplus.size());
    }

    /**
     * Removes the ACLs of a user and then the user. Connections that it has are refused every request from then on.
     *
     * @return whether there was anything of it
     * @throws BusException if the broker does not answer within a minute or refuses
     */
    public boolean revoke(String user) {
        Set<AclBinding> found = found(Set.of(user));
        delete(found);
        boolean isThere = users().contains(user);
        if (isThere) {
            await(
                    admin.alterUserScramCredentials(
                                    List.of(new UserScramCredentialDeletion(user, ScramMechanism.SCRAM_SHA_512)))
                            .all(),
                    "delete user " + user);
        }
        awaitApplied("the removal of " + user, () -> found(Set.of(user)).isEmpty() && !users().contains(user));
        return isThere || !found.isEmpty();
    }

    private void delete(Collection<AclBinding> acls) {
        List<AclBindingFilter> filters = acls.stream().map(AclBinding::toFilter).toList();
        for (int from = 0; from < filters.size(); from += AT_ONCE) {
            await(
                    admin.deleteAcls(filters.subList(from, Math.min(filters.size(), from + AT_ONCE)))
                            .all(),
                    "remove ACLs");
        }
    }

    private Set<AclBinding> found(Set<String> users) {
        var found = new HashSet<AclBinding>();
        for (AclBinding acl : await(admin.describeAcls(AclBindingFilter.ANY).values(), "list the ACLs")) {
            String principal = acl.entry().principal();
            if (principal.startsWith(Acls.USER) && users.contains(principal.substring(Acls.USER.length()))) {
                found.add(acl);
            }
        }
        return found;
    }

    private void awaitApplied(String what, BooleanSupplier isApplied) {
        long begun = System.nanoTime();
        while (!isApplied.getAsBoolean()) {
            if (System.nanoTime() - begun > APPLIED_WITHIN.toNanos()) {
                throw new BusException("the broker at " + config.bootstrap() + " has accepted " + what
                        + ", and does not apply them after " + APPLIED_WITHIN.toSeconds() + " s: try again");
            }
            try {
                Thread.sleep(BETWEEN_CHECKS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new BusException("interrupted", e);
            }
        }
    }

    private <T> T await(Future<T> future, String action) {
        return BrokerAnswers.await(future, action, config);
    }

    @Override
    public void close() {
        admin.close();
    }
}
