package io.hatchery.app;

import io.hatchery.protocol.access.AccessTable;
import io.hatchery.protocol.access.Grant;
import io.hatchery.protocol.access.Principal;
import io.hatchery.spec.HostName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The users of a fleet and their rights: those that are named, and those services that have a user already, since a new host changes the
 * rights of gateways. Rights of operators that are not named stay as they are.
 *
 * @param principals by user
 * @param hosts the hosts that have a runner with a user
 */
record AccessPlan(TreeMap<String, Principal> principals, SortedSet<HostName> hosts) {

    /**
     * Plans.
     *
     * @param named the principals that were asked for
     * @param existing the names of the users that the broker has
     */
    static AccessPlan of(Collection<Principal> named, Set<String> existing) {
        var principals = new TreeMap<String, Principal>();
        existing.forEach(user -> Principal.ofService(user).ifPresent(known -> principals.put(user, known)));
        named.forEach(principal -> principals.put(principal.user(), principal));
        var hosts = new TreeSet<HostName>();
        principals.values().forEach(principal -> {
            if (principal instanceof Principal.RunnerUser(HostName host)) {
                hosts.add(host);
            }
        });
        return new AccessPlan(principals, Collections.unmodifiableSortedSet(hosts));
    }

    /** Adds a first gateway and a first config-service where none is named and none has a user. */
    static List<Principal> withServices(Collection<Principal> named, Set<String> existing) {
        var all = new ArrayList<>(named);
        List<Principal> known = existing.stream()
                .map(Principal::ofService)
                .flatMap(Optional::stream)
                .toList();
        if (Stream.concat(known.stream(), named.stream()).noneMatch(Principal.GatewayUser.class::isInstance)) {
            all.add(new Principal.GatewayUser(Principal.FIRST));
        }
        if (Stream.concat(known.stream(), named.stream()).noneMatch(Principal.ConfigServiceUser.class::isInstance)) {
            all.add(new Principal.ConfigServiceUser(Principal.FIRST));
        }
        return all;
    }

    /** The rights of each user. */
    SequencedMap<String, List<Grant>> grants() {
        var grants = new LinkedHashMap<String, List<Grant>>();
        principals.forEach((user, principal) -> grants.put(user, AccessTable.of(principal, hosts)));
        return grants;
    }
}
