package io.hatchery.gateway.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.protocol.token.AccessToken;
import io.hatchery.protocol.token.Role;
import io.hatchery.protocol.token.Scope;
import io.hatchery.protocol.token.TokenName;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AuthenticatorTest {
    private static final Instant NOW = Instant.parse("2026-03-01T00:00:00Z");
    private static final TokenName CI = new TokenName("ci");

    private final AccessTokens tokens = new AccessTokens();
    private final Authenticator access = new Authenticator("admin-secret", tokens, Clock.fixed(NOW, ZoneOffset.UTC));
    private long offset;

    private void put(String name, String secret, Role role, @Nullable Instant expires) {
        assertThat(tokens.put(new TokenName(name), token(name, secret, role, expires), offset++))
                .isTrue();
    }

    private static AccessToken token(String name, String secret, Role role, @Nullable Instant expires) {
        return new AccessToken(new TokenName(name), role, Scope.ALL, AccessToken.hash(secret), NOW, "admin", expires);
    }

    private ApiPrincipal find(String secret) {
        return access.find(secret).orElseThrow();
    }

    @Test
    void holderOfTheGatewaysTokenIsAdministratorOfTheFleet() {
        ApiPrincipal admin = find("admin-secret");
        assertThat(admin.name()).isEqualTo("admin");
        assertThat(admin.role()).isEqualTo(Role.ADMIN);
        assertThat(admin.scope().isAll()).isTrue();
        assertThat(access.isValid(admin)).isTrue();
        assertThat(access.find("admin-secret ")).isEmpty();
    }

    @Test
    void holderOfATokenHasItsRole() {
        put("ci", "s1", Role.OPERATOR, null);
        assertThat(find("s1").name()).isEqualTo("token/ci");
        assertThat(find("s1").role()).isEqualTo(Role.OPERATOR);
        assertThat(access.find(AccessToken.hash("s1")))
                .as("the hash is no secret")
                .isEmpty();
    }

    @Test
    void revokedTokenIsRefused() {
        put("ci", "s1", Role.OPERATOR, null);
        ApiPrincipal before = find("s1");
        tokens.put(CI, null, offset++);
        assertThat(access.find("s1")).isEmpty();
        assertThat(access.isValid(before)).isFalse();
        assertThat(tokens.size()).isZero();
    }

    @Test
    void replacedTokenIsRefused() {
        put("ci", "s1", Role.OPERATOR, null);
        ApiPrincipal before = find("s1");
        put("ci", "s2", Role.OPERATOR, null);
        assertThat(access.find("s1")).isEmpty();
        assertThat(access.isValid(before)).isFalse();
        assertThat(access.isValid(find("s2"))).isTrue();
    }

    @Test
    void principalIsNoLongerValidWhenItsRoleChanges() {
        put("ci", "s1", Role.OPERATOR, null);
        ApiPrincipal before = find("s1");
        put("ci", "s1", Role.VIEWER, null);
        assertThat(access.isValid(before)).isFalse();
        assertThat(find("s1").role()).isEqualTo(Role.VIEWER);
    }

    @Test
    void expiredTokenIsRefused() {
        put("ci", "s1", Role.OPERATOR, NOW);
        put("later", "s2", Role.OPERATOR, NOW.plusMillis(1));
        assertThat(access.find("s1")).isEmpty();
        assertThat(access.find("s2")).isPresent();
    }

    @Test
    void numberOfTokensIsBounded() {
        for (int i = 0; i < AccessTokens.MAX_TOKENS; i++) {
            put("t" + i, "s" + i, Role.VIEWER, null);
        }
        assertThat(tokens.put(CI, token("ci", "more", Role.VIEWER, null), offset++))
                .isFalse();
        assertThat(access.find("more")).isEmpty();
        put("t7", "again", Role.VIEWER, null);
        assertThat(tokens.hasRead(offset - 1)).isTrue();
        assertThat(tokens.hasRead(offset)).isFalse();
    }
}
