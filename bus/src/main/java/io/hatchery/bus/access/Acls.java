package io.hatchery.bus.access;

import io.hatchery.protocol.access.Grant;
import java.util.List;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** The ACLs that grants are to Kafka. */
final class Acls {
    /** What the names of principals of users begin with. */
    static final String USER = "User:";

    private static final String ANY_ADDRESS = "*";

    private Acls() {}

    /** The ACLs of a grant, one for each operation. */
    static List<AclBinding> of(String user, Grant grant) {
        var resource = new ResourcePattern(
                ResourceType.valueOf(grant.resource().name()),
                grant.name(),
                grant.isPrefix() ? PatternType.PREFIXED : PatternType.LITERAL);
        return grant.operations().stream()
                .map(operation -> new AclBinding(
                        resource,
                        new AccessControlEntry(
                                USER + user,
                                ANY_ADDRESS,
                                AclOperation.valueOf(operation.name()),
                                AclPermissionType.ALLOW)))
                .toList();
    }
}
