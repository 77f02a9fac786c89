package io.hatchery.gateway.http;

import io.hatchery.bus.Publisher;
import io.hatchery.gateway.access.ApiPrincipal;
import io.hatchery.gateway.http.Endpoint.Parameter;
import io.hatchery.gateway.view.FleetView;
import io.hatchery.gateway.view.HiddenEnvironment;
import io.hatchery.gateway.view.StoredProfile;
import io.hatchery.protocol.Topics;
import io.hatchery.protocol.resource.Profile;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ProfileName;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.JsonText;
import io.hatchery.spec.option.Evaluator;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Reads, defines and deletes profiles. */
final class ProfilesApi {
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(10);
    private static final Parameter IF_MATCH = Parameter.header(
            "If-Match", "The ETag that the change is meant for; 412 if this gateway has read that another is in force");

    private final ServedFleet fleet;
    private final Publisher publisher;
    private final ViewAwaiter waiting;
    private final DefinitionChecks checks;
    private final DefinitionMessages messages;

    ProfilesApi(ServedFleet fleet, Publisher publisher, ViewAwaiter waiting, DefinitionChecks checks, Clock clock) {
        this.fleet = fleet;
        this.publisher = publisher;
        this.waiting = waiting;
        this.checks = checks;
        this.messages = new DefinitionMessages(clock);
    }

    List<Endpoint> endpoints() {
        return List.of(
                Endpoint.get("/v1/profiles")
                        .id("listProfiles")
                        .summary("Lists profiles by name")
                        .parameters(PagedList.LIMIT, PagedList.CURSOR)
                        .answers(200, "ProfileList")
                        .problems(400)
                        .handledBy(this::list),
                Endpoint.get("/v1/profiles/{name}")
                        .id("getProfile")
                        .summary("Shows a profile")
                        .answers(200, "Profile")
                        .problems(400, 404)
                        .handledBy(this::get),
                Endpoint.put("/v1/profiles/{name}")
                        .id("putProfile")
                        .summary("Defines a profile; the containers that name it are evaluated again")
                        .parameters(IF_MATCH, Precondition.IF_NONE_MATCH)
                        .body("ContainerDefinition")
                        .answers(200, "Profile")
                        .answers(202, "Profile")
                        .problems(400, 412, 413, 415, 422, 503)
                        .handledBy(this::put),
                Endpoint.delete("/v1/profiles/{name}")
                        .id("deleteProfile")
                        .summary("Deletes a profile")
                        .parameters(IF_MATCH)
                        .answers(204)
                        .problems(400, 404, 412, 503)
                        .handledBy(this::delete));
    }

    private void list(RoutingContext request) {
        ProfileName after = Requests.query(request, "cursor", ProfileName::new);
        int limit = PagedList.limit(request);
        ApiPrincipal principal = Requests.principal(request);
        fleet.answer(request, view -> {
            var left = after == null ? view.profiles() : view.profiles().tailMap(after, false);
            return PagedList.page(
                    limit,
                    left.entrySet().stream(),
                    e -> text(resource(e.getKey(), e.getValue()), principal),
                    e -> e.getKey().value());
        });
    }

    private void get(RoutingContext request) {
        ProfileName name = Requests.path(request, "name", ProfileName::new);
        ApiPrincipal principal = Requests.principal(request);
        fleet.answer(request, view -> answer(200, name, require(view, name), principal));
    }

    private static String text(Profile profile, ApiPrincipal principal) {
        if (!principal.isViewer()) {
            return Json.text(profile);
        }
        return new JsonText()
                .string("name", profile.name().value())
                .field("revision", String.valueOf(profile.revision()))
                .field("definition", HiddenEnvironment.inOptions(Json.text(profile.definition())))
                .end();
    }

    private static StoredProfile require(FleetView view, ProfileName name) {
        return view.profile(name)
                .orElseThrow(() ->
                        new ApiProblem(ProblemType.NOT_FOUND, "there is no profile " + name + ": check its name"));
    }

    private static Answer answer(int status, ProfileName name, StoredProfile profile, ApiPrincipal principal) {
        return new Answer(status, profile.revision(), text(resource(name, profile), principal));
    }

    private static Profile resource(ProfileName name, StoredProfile profile) {
        return new Profile(name, profile.revision(), profile.definition());
    }

    /** No service orders the changes of a profile, so two gateways may accept changes of the same revision at the same time. */
    private static void requirePrecondition(RoutingContext request, Optional<StoredProfile> profile) {
        Precondition.of(request, profile.isPresent())
                .requireHolds(profile.map(StoredProfile::revision).orElse(null));
    }

    private Future<Void> checkPrecondition(RoutingContext request, ProfileName name) {
        return fleet.read(request, view -> view.profile(name)).map(profile -> {
            requirePrecondition(request, profile);
            return null;
        });
    }

    private void put(RoutingContext request) {
        ProfileName name = Requests.path(request, "name", ProfileName::new);
        checkPrecondition(request, name)
                .compose(held -> checks.read(request, definition -> Evaluator.checkProfile(name, definition)))
                .compose(checked -> define(request, name, checked))
                .onFailure(request::fail);
    }

    private Future<Void> define(RoutingContext request, ProfileName name, DefinitionChecks.Checked checked) {
        ContainerDefinition definition = checked.requireValid("profile " + name);
        return checkPrecondition(request, name)
                .compose(held -> publisher.publish(
                        messages.of(Topics.PROFILES, name.value(), definition, Requests.principal(request))))
                .compose(position -> waiting.profile(name, position.offset(), READ_TIMEOUT)
                        .map(read -> {
                            var profile = read.orElse(new StoredProfile(definition, position.offset()));
                            Responses.answer(
                                    request,
                                    answer(read.isPresent() ? 200 : 202, name, profile, Requests.principal(request)));
                            return null;
                        }));
    }

    private void delete(RoutingContext request) {
        ProfileName name = Requests.path(request, "name", ProfileName::new);
        fleet.read(request, view -> require(view, name))
                .compose(profile -> {
                    requirePrecondition(request, Optional.of(profile));
                    return publisher.publish(
                            messages.of(Topics.PROFILES, name.value(), null, Requests.principal(request)));
                })
                .map(position -> {
                    var _ = request.response().setStatusCode(204).end();
                    return null;
                })
                .onFailure(request::fail);
    }
}
