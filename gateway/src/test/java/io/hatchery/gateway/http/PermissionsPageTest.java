package io.hatchery.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.hatchery.gateway.access.ApiPrincipal;
import io.hatchery.gateway.access.Permission;
import io.hatchery.gateway.access.Permission.Reach;
import io.hatchery.gateway.access.Permissions;
import io.hatchery.protocol.token.Role;
import io.hatchery.protocol.token.Scope;
import io.hatchery.spec.HostName;
import io.hatchery.spec.LabelSelector;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code -Ddocs.write=true} writes the page. */
@ExtendWith(VertxExtension.class)
class PermissionsPageTest {
    private static final Path PAGE = Path.of("..", "docs", "reference", "permissions.md");
    private static final String HEAD = """
            # Permissions

            Which role each operation of the API needs, and what the scope of the token limits. A role includes those before it: `viewer`,
            `operator`, `admin`. This page is generated from the code (`Permissions`). In `/openapi.json` each operation has the same as
            `x-hatchery-role` and `x-hatchery-scope`.

            | scope | the operation is about | for a token with a scope |
            | --- | --- | --- |
            | `containers` | containers, and their events and operations | What is not in scope does not exist: it is in no list and no count, and is answered with 404. A definition must be in scope before and after, else 403. |
            | `hosts` | hosts | Hosts that the scope does not name do not exist. |
            | `fleet` | what belongs to the whole fleet | 403 |

            Without a token: `/healthz`, `/readyz`, `/openapi.json` and `/problems/`.

            | operation | request | role | scope |
            | --- | --- | --- | --- |
            """;

    private record Row(String request, JsonNode operation) {}

    private static SortedMap<String, Row> guarded(Vertx vertx) {
        var rows = new TreeMap<String, Row>();
        new InMemoryGateway(vertx)
                .document()
                .path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().forEach(method -> {
                    JsonNode operation = method.getValue();
                    if (!operation.has("security")) {
                        rows.put(
                                operation.path("operationId").asText(),
                                new Row(method.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey(), operation));
                    }
                }));
        return rows;
    }

    @Test
    void pageHasEachOperationOfTheApi(Vertx vertx) throws IOException {
        var page = new StringBuilder(HEAD);
        guarded(vertx)
                .forEach((id, row) -> page.append("| `")
                        .append(id)
                        .append("` | `")
                        .append(row.request)
                        .append("` | ")
                        .append(row.operation.path("x-hatchery-role").asText())
                        .append(" | ")
                        .append(row.operation.path("x-hatchery-scope").asText())
                        .append(" |\n"));
        if (Boolean.getBoolean("docs.write")) {
            Files.writeString(PAGE, page.toString());
        }
        assertThat(PAGE)
                .as("docs/reference is made from the code: run ./test --docs and commit the result")
                .hasContent(page.toString());
    }

    @Test
    void tableHasTheOperationsOfTheApiAndNoOthers(Vertx vertx) {
        assertThat(guarded(vertx).keySet()).isEqualTo(Permissions.all().keySet());
        assertThatThrownBy(() -> Permissions.of("readMinds")).hasMessageContaining("add its role to Permissions");
    }

    @Test
    void operationThatChangesSomethingNeedsMoreThanAViewer(Vertx vertx) {
        guarded(vertx).forEach((id, row) -> {
            if (!row.request.startsWith("GET ")) {
                assertThat(Permissions.of(id).role()).as(id).isNotEqualTo(Role.VIEWER);
            }
        });
    }

    @Test
    void roleAndScopeMustBothSuffice() {
        var scopes = new ArrayList<>(List.of(Scope.ALL));
        scopes.add(new Scope(LabelSelector.parse("tier=web"), new TreeSet<>()));
        scopes.add(new Scope(LabelSelector.ALL, new TreeSet<>(List.of(new HostName("h1")))));
        for (Role needed : Role.values()) {
            for (Reach reach : Reach.values()) {
                for (Role role : Role.values()) {
                    for (Scope scope : scopes) {
                        boolean isAdmitted = role.includes(needed) && (reach != Reach.FLEET || scope.isAll());
                        assertThat(new Permission(needed, reach)
                                        .refusal(new ApiPrincipal("token/x", role, scope, ""))
                                        .isEmpty())
                                .as("%s %s for %s of %s", needed, reach, role, scope)
                                .isEqualTo(isAdmitted);
                    }
                }
            }
        }
    }
}
