package io.hatchery.gateway.http;

import io.hatchery.bus.Message;
import io.hatchery.bus.Publisher;
import io.hatchery.gateway.http.Endpoint.Parameter;
import io.hatchery.gateway.view.FleetView;
import io.hatchery.protocol.Headers;
import io.hatchery.protocol.Topics;
import io.hatchery.protocol.resource.Profile;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ProfileName;
import io.hatchery.spec.option.Evaluator;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Profiles: read, defined, deleted. */
final class ProfilesApi {
    private static final Duration READ_WITHIN = Duration.ofSeconds(10);
    private static final Parameter IF_MATCH = Parameter.header(
            "If-Match", "The ETag that the change is meant for; 412 if this gateway has read that another is in force");

    private final FleetView view;
    private final Publisher publisher;
    private final ViewAwaiter waiting;
    private final DefinitionChecks checks;
    private final Clock clock;

    ProfilesApi(FleetView view, Publisher publisher, ViewAwaiter waiting, DefinitionChecks checks, Clock clock) {
        this.view = view;
        this.publisher = publisher;
        this.waiting = waiting;
        this.checks = checks;
        this.clock = clock;
    }

    List<Endpoint> endpoints() {
        return List.of(
                new Endpoint(
                        HttpMethod.GET,
                        "/v1/profiles",
                        "listProfiles",
                        "Lists profiles by name",
                        PagedList.PARAMETERS,
                        null,
                        Endpoint.responses(Map.of(200, "ProfileList"), 400),
                        this::list),
                new Endpoint(
                        HttpMethod.GET,
                        "/v1/profiles/{name}",
                        "getProfile",
                        "Shows a profile",
                        List.of(),
                        null,
                        Endpoint.responses(Map.of(200, "Profile"), 400, 404),
                        this::get),
                new Endpoint(
                        HttpMethod.PUT,
                        "/v1/profiles/{name}",
                        "putProfile",
                        "Defines a profile; the containers that name it are evaluated again",
                        List.of(IF_MATCH, Parameter.header("If-None-Match", "* if it must not exist yet")),
                        "ContainerDefinition",
                        Endpoint.responses(Map.of(200, "Profile", 202, "Profile"), 400, 412, 413, 415, 422, 503),
                        this::put),
                new Endpoint(
                        HttpMethod.DELETE,
                        "/v1/profiles/{name}",
                        "deleteProfile",
                        "Deletes a profile",
                        List.of(IF_MATCH),
                        null,
                        Endpoint.responses(Map.of(204, ""), 400, 404, 412, 503),
                        this::delete));
    }

    private void list(RoutingContext request) {
        ProfileName after = Requests.query(request, "cursor", ProfileName::new);
        var left = after == null ? view.profiles() : view.profiles().tailMap(after, false);
        PagedList.answer(
                request,
                left.entrySet().stream(),
                e -> resource(e.getKey(), e.getValue()),
                e -> e.getKey().value());
    }

    private void get(RoutingContext request) {
        ProfileName name = Requests.path(request, "name", ProfileName::new);
        answer(request, 200, name, require(name));
    }

    private FleetView.StoredProfile require(ProfileName name) {
        return view.profile(name)
                .orElseThrow(() -> new ApiProblem(ProblemType.NOT_FOUND, "there is no profile " + name));
    }

    private static void answer(RoutingContext request, int status, ProfileName name, FleetView.StoredProfile profile) {
        Responses.versioned(request, status, profile.revision(), resource(name, profile));
    }

    private static Profile resource(ProfileName name, FleetView.StoredProfile profile) {
        return new Profile(name, profile.revision(), profile.definition());
    }

    /** Nobody puts the changes of a profile in order, so two gateways may take changes for the same revision at one moment. */
    private void requirePrecondition(RoutingContext request, ProfileName name) {
        Optional<FleetView.StoredProfile> profile = view.profile(name);
        Precondition.of(request, profile.isPresent())
                .requireHolds(profile.map(FleetView.StoredProfile::revision).orElse(null));
    }

    private void put(RoutingContext request) {
        ProfileName name = Requests.path(request, "name", ProfileName::new);
        requirePrecondition(request, name);
        checks.read(request, definition -> Evaluator.checkProfile(name, definition))
                .compose(checked -> define(request, name, checked))
                .onFailure(request::fail);
    }

    private Future<Void> define(RoutingContext request, ProfileName name, DefinitionChecks.Checked checked) {
        if (!checked.errors().isEmpty()) {
            throw new ApiProblem(
                    ProblemType.INVALID_DEFINITION,
                    "profile " + name + " is not valid, nothing was changed: "
                            + checked.errors().getFirst().format(),
                    checked.errors());
        }
        requirePrecondition(request, name);
        ContainerDefinition definition = checked.definition();
        return publisher
                .publish(message(name, definition))
                .compose(position -> waiting.profile(name, position.offset(), READ_WITHIN)
                        .map(read -> {
                            var profile = read.orElse(new FleetView.StoredProfile(definition, position.offset()));
                            answer(request, read.isPresent() ? 200 : 202, name, profile);
                            return null;
                        }));
    }

    private void delete(RoutingContext request) {
        ProfileName name = Requests.path(request, "name", ProfileName::new);
        require(name);
        requirePrecondition(request, name);
        publisher
                .publish(message(name, null))
                .map(position -> {
                    var _ = request.response().setStatusCode(204).end();
                    return null;
                })
                .onFailure(request::fail);
    }

    private Message message(ProfileName name, @Nullable ContainerDefinition definition) {
        return Message.of(Topics.PROFILES.name(), name.value(), definition, null, Api.SOURCE, clock.instant())
                .with(Headers.REQUESTED_BY, Api.REQUESTER);
    }
}
