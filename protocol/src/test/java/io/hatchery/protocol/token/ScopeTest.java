package io.hatchery.protocol.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hatchery.spec.HostName;
import io.hatchery.spec.LabelSelector;
import io.hatchery.spec.json.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ScopeTest {
    private static final HostName H1 = new HostName("h1");
    private static final HostName H2 = new HostName("h2");
    private static final Scope WEB = new Scope(LabelSelector.parse("tier=web"), new TreeSet<>());
    private static final Scope ON_H1 = new Scope(LabelSelector.ALL, new TreeSet<>(List.of(H1)));
    private static final Scope WEB_ON_H1 = new Scope(LabelSelector.parse("tier=web"), new TreeSet<>(List.of(H1)));

    @Test
    void labelsAndHostMustBothBeAdmitted() {
        Map<String, String> web = Map.of("tier", "web");
        assertThat(Scope.ALL.admits(Map.of(), null)).isTrue();
        assertThat(WEB.admits(web, null)).isTrue();
        assertThat(WEB.admits(Map.of("tier", "db"), H1)).isFalse();
        assertThat(ON_H1.admits(Map.of(), H1)).isTrue();
        assertThat(ON_H1.admits(Map.of(), H2)).isFalse();
        assertThat(ON_H1.admits(Map.of(), null)).isFalse();
        assertThat(WEB_ON_H1.admits(web, H1)).isTrue();
        assertThat(WEB_ON_H1.admits(web, H2)).isFalse();
        assertThat(WEB_ON_H1.admits(Map.of(), H1)).isFalse();
    }

    @Test
    void hostIsInScopeIfItIsNamedOnly() {
        assertThat(Scope.ALL.hasHost(H1)).isTrue();
        assertThat(WEB.hasHost(H1)).isFalse();
        assertThat(ON_H1.hasHost(H1)).isTrue();
        assertThat(ON_H1.hasHost(H2)).isFalse();
    }

    @Test
    void eachRoleIncludesThoseBefore() {
        assertThat(Role.ADMIN.includes(Role.OPERATOR)).isTrue();
        assertThat(Role.OPERATOR.includes(Role.OPERATOR)).isTrue();
        assertThat(Role.OPERATOR.includes(Role.VIEWER)).isTrue();
        assertThat(Role.OPERATOR.includes(Role.ADMIN)).isFalse();
        assertThat(Role.VIEWER.includes(Role.OPERATOR)).isFalse();
    }

    @Test
    void tokenIsReadAsItWasWritten() throws Exception {
        var token = new AccessToken(
                new TokenName("ci"),
                Role.OPERATOR,
                new Scope(LabelSelector.parse("tier in (web,db),!old,env!=dev"), new TreeSet<>(List.of(H1, H2))),
                AccessToken.hash("secret"),
                Instant.EPOCH,
                "admin",
                Instant.EPOCH.plusSeconds(1));
        String json = Json.text(token);
        assertThat(Json.read(json.getBytes(StandardCharsets.UTF_8), AccessToken.class))
                .isEqualTo(token);
        assertThat(json)
                .contains("\"selector\":\"tier in (web,db),!old,env!=dev\"")
                .doesNotContain("\"secret\"");
    }

    @Test
    void tokenIsRefusedFromItsExpiryOn() {
        var token = new AccessToken(
                new TokenName("ci"),
                Role.VIEWER,
                Scope.ALL,
                AccessToken.hash("x"),
                Instant.EPOCH,
                null,
                Instant.EPOCH.plusSeconds(1));
        assertThat(token.isExpired(Instant.EPOCH)).isFalse();
        assertThat(token.isExpired(Instant.EPOCH.plusSeconds(1))).isTrue();
    }

    @Test
    void keyOfARecordNamesTheToken() {
        assertThat(AccessToken.nameOf(AccessToken.key(new TokenName("ci")))).contains(new TokenName("ci"));
        assertThat(AccessToken.nameOf("other/ci")).isEmpty();
        assertThatThrownBy(() -> AccessToken.nameOf("token/C I")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void scopeHasABoundedNumberOfHosts() {
        var hosts = IntStream.rangeClosed(0, Scope.MAX_HOSTS)
                .mapToObj(i -> new HostName("h" + i))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThatThrownBy(() -> new Scope(LabelSelector.ALL, hosts)).hasMessageContaining("at most 100");
    }
}
