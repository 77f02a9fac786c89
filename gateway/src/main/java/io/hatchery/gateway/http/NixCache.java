package io.hatchery.gateway.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.FileSystemAccess;
import io.vertx.ext.web.handler.StaticHandler;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A folder that is a Nix binary cache, served over HTTP: {@code nix-cache-info}, narinfo files and archives, also parts of
 * them (RFC 9110, 14). Read-only.
 */
public final class NixCache {
    private static final String PATH = "/nix-cache";
    private static final String BASIC = "Basic ";
    private static final String BEARER = "Bearer ";

    private final Path folder;
    private final @Nullable Set<String> tokens;

    /**
     * @param folder where the cache is; it need not be there yet
     * @param tokens those that are let in, as a bearer's token or as any user's password; null if everybody is
     */
    public NixCache(Path folder, @Nullable Set<String> tokens) {
        this.folder = folder;
        this.tokens = tokens;
    }

    void routeIn(Router router) {
        var files = StaticHandler.create(FileSystemAccess.ROOT, folder.toString())
                .setCachingEnabled(false)
                .setDirectoryListing(false)
                .setIncludeHidden(false)
                .setEnableRangeSupport(true)
                .setIndexPage("nix-cache-info");
        router.route(PATH + "/*").handler(this::authenticate);
        router.get(PATH + "/*").handler(this::asItIs).handler(files);
        router.head(PATH + "/*").handler(this::asItIs).handler(files);
        router.route(PATH + "/*").handler(NixCache::refuse);
    }

    private static void refuse(RoutingContext request) {
        HttpMethod method = request.request().method();
        if (method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD)) {
            Responses.problem(
                    request,
                    new ApiProblem(
                            ProblemType.NOT_FOUND,
                            "the cache has no " + request.request().path()));
        } else {
            Resource.refuseMethod(request, "GET, HEAD");
        }
    }

    private void authenticate(RoutingContext request) {
        if (tokens == null || isShownBy(request.request())) {
            request.next();
            return;
        }
        request.response().putHeader("WWW-Authenticate", "Basic realm=\"nix-cache\"");
        Responses.write(
                request, 401, "text/plain", "show the cache's token: as a bearer's, or as the password of any user\n");
    }

    private boolean isShownBy(HttpServerRequest request) {
        String authorization = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (authorization == null) {
            return false;
        }
        String shown = null;
        if (authorization.toLowerCase(Locale.ROOT).startsWith(BEARER.toLowerCase(Locale.ROOT))) {
            shown = authorization.substring(BEARER.length()).strip();
        } else if (authorization.toLowerCase(Locale.ROOT).startsWith(BASIC.toLowerCase(Locale.ROOT))) {
            shown = password(authorization.substring(BASIC.length()).strip());
        }
        return shown != null && matchesAny(shown);
    }

    private static @Nullable String password(String encoded) {
        try {
            String[] parts = Buffer.buffer(Base64.getDecoder().decode(encoded))
                    .toString(StandardCharsets.UTF_8)
                    .split(":", 2);
            return parts.length == 2 ? parts[1] : null;
        } catch (IllegalArgumentException e) {
            return null; // no base 64, so no token
        }
    }

    private boolean matchesAny(String shown) {
        byte[] bytes = shown.getBytes(StandardCharsets.UTF_8);
        Set<Boolean> matches = (tokens == null ? Stream.<String>empty() : tokens.stream())
                .map(token -> MessageDigest.isEqual(bytes, token.getBytes(StandardCharsets.UTF_8)))
                .collect(Collectors.toSet());
        return matches.contains(true);
    }

    /** Compressed files are not compressed again, so that ranges are those of the file. */
    private void asItIs(RoutingContext request) {
        request.response().putHeader(HttpHeaders.CONTENT_ENCODING, HttpHeaders.IDENTITY);
        request.next();
    }
}
