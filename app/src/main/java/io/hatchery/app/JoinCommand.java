package io.hatchery.app;

import io.hatchery.app.GatewayHttp.GatewayConnection;
import io.hatchery.app.GatewayHttp.HttpResponse;
import io.hatchery.protocol.resource.JoinAnswer;
import io.hatchery.protocol.resource.JoinRequest;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code hatchery join}. */
@Command(
        name = "join",
        description = "Make this machine a host of the fleet, with the join token that hatchery host add prints",
        footer = "Then start the runner: systemctl restart hatchery-runner",
        mixinStandardHelpOptions = true)
final class JoinCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "URL", description = "Address of a gateway")
    private URI url = URI.create("");

    @Parameters(index = "1", paramLabel = "TOKEN", description = "Join token, which works once")
    private String token = "";

    @Option(
            names = "--folder",
            paramLabel = "DIR",
            description =
                    "Folder that receives the credentials and keys, and has runner.properties (default: /etc/hatchery)")
    private Path folder = Path.of("/etc/hatchery");

    @Option(
            names = "--ca",
            paramLabel = "FILE",
            description =
                    "PEM file with the authority that issued the gateway's certificate (default: the one of the token)")
    private @Nullable Path authority;

    @Override
    public Integer call() throws IOException {
        JoinSecret secret = JoinSecret.parse(token);
        requireEncryption();
        requireWritable();
        JoinAnswer answer = ask(secret);
        HostFiles files = HostFiles.of(secret.open(answer.sealed()));
        try {
            List<Path> written = files.write(folder.toAbsolutePath(), secret.host());
            Output.line("This machine is host " + secret.host() + ". Written: "
                    + String.join(", ", written.stream().map(Path::toString).toList()));
        } catch (IOException e) {
            throw new UserError(
                    "the files of the host cannot be written: " + e.getMessage()
                            + ". The token is used: make another with hatchery host add --replace " + secret.host(),
                    e);
        }
        Output.line("Start the runner: systemctl restart hatchery-runner");
        return 0;
    }

    /** Nobody on the way may read the proof, with which the files could be asked for first. */
    private void requireEncryption() throws IOException {
        String scheme = String.valueOf(url.getScheme());
        String host = url.getHost();
        if (host == null || !scheme.equals("https") && !scheme.equals("http")) {
            throw new UserError(
                    "'" + url + "' is not the address of a gateway: give it as https://gateway.example.org:8470");
        }
        if (scheme.equals("http") && !InetAddress.getByName(host).isLoopbackAddress()) {
            throw new UserError("the connection to " + url + " is not encrypted: use https");
        }
    }

    /** A token is used even if its files cannot be written. */
    private void requireWritable() throws IOException {
        try {
            Files.createDirectories(folder);
            Path probe = Files.createTempFile(folder, ".join", "");
            Files.delete(probe);
        } catch (IOException e) {
            throw new UserError(
                    "files cannot be written to " + folder + ": run this command as root, or give another --folder", e);
        }
    }

    private JoinAnswer ask(JoinSecret secret) throws IOException {
        byte[] body = Json.bytes(new JoinRequest(secret.host(), secret.proof()));
        HttpResponse response;
        try {
            response = GatewayHttp.send(
                    "POST",
                    url.resolve("/v1/join"),
                    new GatewayConnection("", trust(secret)),
                    body,
                    "application/json");
        } catch (IOException e) {
            throw new UserError("the gateway at " + url + " cannot be asked: " + e.getMessage(), e);
        }
        try {
            if (response.status() == 200) {
                return Json.read(response.body(), JoinAnswer.class);
            }
            throw new UserError("the gateway refuses: "
                    + Json.read(response.body(), com.fasterxml.jackson.databind.node.ObjectNode.class)
                            .path("detail")
                            .asText());
        } catch (UnreadableException e) {
            throw new UserError(
                    "the answer of " + url + " (status " + response.status() + ") is not that of a gateway", e);
        }
    }

    private @Nullable SSLContext trust(JoinSecret secret) throws IOException {
        if (authority != null) {
            return TrustedAuthority.context(Files.readString(authority, StandardCharsets.UTF_8), authority.toString());
        }
        return secret.fingerprint() == null ? null : PinnedAuthority.context(secret.fingerprint());
    }
}
