package io.hatchery.gateway.access;

import static io.hatchery.gateway.access.Permission.Reach.CONTAINERS;
import static io.hatchery.gateway.access.Permission.Reach.FLEET;
import static io.hatchery.gateway.access.Permission.Reach.HOSTS;
import static io.hatchery.protocol.token.Role.ADMIN;
import static io.hatchery.protocol.token.Role.OPERATOR;
import static io.hatchery.protocol.token.Role.VIEWER;

import io.hatchery.gateway.access.Permission.Reach;
import io.hatchery.protocol.Verb;
import io.hatchery.protocol.token.Role;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The permission of each operation of the API: the one table by which requests are admitted and that the documents show. */
public final class Permissions {
    private static final SortedMap<String, Permission> BY_OPERATION = table();

    private Permissions() {}

    private static SortedMap<String, Permission> table() {
        var table = new TreeMap<String, Permission>();
        of(table, VIEWER, CONTAINERS, "listContainers", "countContainers", "getContainer");
        of(table, VIEWER, CONTAINERS, "getBuildLog", "getLogs", "listGenerations");
        of(table, VIEWER, CONTAINERS, "listEvents", "listOperations", "getOperation", "watchFleet");
        of(table, VIEWER, HOSTS, "listHosts", "getHost");
        // Profiles have options of containers, and several containers share them.
        of(table, VIEWER, FLEET, "listProfiles", "getProfile", "getMetrics");
        of(table, OPERATOR, CONTAINERS, "putContainer", "putContainers", "rollbackContainer", "deleteContainer");
        Verb.commands().forEach(verb -> of(table, OPERATOR, CONTAINERS, verb.word() + "Container"));
        of(table, OPERATOR, CONTAINERS, "execContainer", "forwardContainerPort");
        of(table, OPERATOR, FLEET, "putProfile", "deleteProfile");
        of(table, ADMIN, FLEET, "createToken", "listTokens", "deleteToken", "listAuditEntries");
        return Collections.unmodifiableSortedMap(table);
    }

    private static void of(Map<String, Permission> table, Role role, Reach reach, String... operations) {
        for (String operation : operations) {
            table.put(operation, new Permission(role, reach));
        }
    }

    /**
     * The permission of an operation.
     *
     * @param operation its id in the OpenAPI document
     * @throws IllegalArgumentException if the table does not have it
     */
    public static Permission of(String operation) {
        Permission permission = BY_OPERATION.get(operation);
        if (permission == null) {
            throw new IllegalArgumentException(
                    "operation " + operation + " has no permission: add its role to Permissions");
        }
        return permission;
    }

    /** The whole table, by the ids of the operations. */
    public static SortedMap<String, Permission> all() {
        return BY_OPERATION;
    }
}
