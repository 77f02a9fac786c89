import client.ApiClient;
import client.ApiException;
import client.api.ContainersApi;
import client.api.EventsApi;
import client.api.HostsApi;
import client.api.OperationsApi;
import client.model.Container;
import client.model.ContainerDefinition;
import client.model.FleetEventPhaseChanged;
import client.model.HostAvailability;
import client.model.Operation;
import client.model.OperationState;
import client.model.PayloadProgram;
import client.model.Phase;
import java.util.List;
import java.util.Objects;

/** Defines, starts, stops and deletes a container with the generated client: StartStop URL TOKEN NAME ROOT. */
final class StartStop {
    public static void main(String[] arguments) throws ApiException {
        var client = new ApiClient();
        client.updateBaseUri(arguments[0]);
        client.setRequestInterceptor(request -> request.header("Authorization", "Bearer " + arguments[1]));
        var containers = new ContainersApi(client);
        String name = arguments[2];
        var definition = new ContainerDefinition()
                .root(arguments[3])
                .command(List.of("/bin/sh", "-c", "trap 'exit 0' TERM; while :; do sleep 1000 & wait $!; done"))
                .stopTimeout("20s")
                .putLabelsItem("madeBy", "java");
        Container defined = containers.putContainer(name, definition, null, "*", null);
        check("label", "java", defined.getSpec().getLabels().get("madeBy"));
        var payload = (PayloadProgram) defined.getSpec().getPayload().getActualInstance();
        check("command", "/bin/sh", payload.getCommand().getFirst());

        Operation start = containers.startContainer(name, "60s", null, "java-start");
        check("outcome of the start", OperationState.COMPLETED, start.getOutcome());
        Container running = containers.getContainer(name, null);
        check("phase", Phase.RUNNING, running.getStatus().getPhase());
        check("host", HostAvailability.READY, new HostsApi(client).getHost(running.getHost(), null).getState());
        check("name", name, containers.listContainers(null, null, "madeBy=java", null, null, null, 10, null, null)
                .getItems().getFirst().getName());

        Operation stop = containers.stopContainer(name, "60s", null, null);
        check("outcome of the stop", OperationState.COMPLETED, stop.getOutcome());
        check("operation", stop.getId(), new OperationsApi(client).getOperation(stop.getId(), null, null).getId());
        check("phase", Phase.STOPPED, containers.getContainer(name, null).getStatus().getPhase());
        check("transitions to running", 1L, new EventsApi(client)
                .listEvents(name, null, null, null, null, 1000, null).getItems().stream()
                .map(event -> event.getEvent().getActualInstance())
                .filter(event -> event instanceof FleetEventPhaseChanged)
                .filter(event -> ((FleetEventPhaseChanged) event).getTo() == Phase.RUNNING)
                .count());
        check("outcome of the deletion", OperationState.COMPLETED, containers.deleteContainer(name, null, null, "60s").getOutcome());
        try {
            containers.getContainer(name, null);
            throw new IllegalStateException("the container is still there");
        } catch (ApiException e) {
            check("status", 404, e.getCode());
        }
    }

    private static void check(String what, Object expected, Object actual) {
        if (!Objects.equals(expected, actual)) {
            throw new IllegalStateException(what + " is " + actual + " and not " + expected);
        }
    }
}
