// Defines, starts, stops and deletes a container with the generated client: start-stop.js URL TOKEN NAME ROOT.
import { Configuration, ContainersApi, EventsApi, HostsApi, OperationsApi, ResponseError } from './typescript';

declare const process: { argv: string[]; exitCode: number };

function check(what: string, expected: unknown, actual: unknown): void {
  if (expected !== actual) {
    throw new Error(`${what} is ${actual} and not ${expected}`);
  }
}

async function main([url, token, name, root]: string[]): Promise<void> {
  const configuration = new Configuration({ basePath: url, accessToken: token });
  const containers = new ContainersApi(configuration);
  const defined = await containers.putContainer({
    name,
    ifNoneMatch: '*',
    containerDefinition: {
      root,
      command: ['/bin/sh', '-c', "trap 'exit 0' TERM; while :; do sleep 1000 & wait $!; done"],
      stopTimeout: '20s',
      labels: { madeBy: 'typescript' },
    },
  });
  check('label', 'typescript', defined.spec?.labels.madeBy);
  const payload = defined.spec?.payload;
  check('command', '/bin/sh', payload?.type === 'command' ? payload.command[0] : undefined);

  const start = await containers.startContainer({ name, wait: '60s', idempotencyKey: 'typescript-start' });
  check('outcome of the start', 'completed', start.outcome);
  const running = await containers.getContainer({ name });
  check('phase', 'running', running.status.phase);
  check('host', 'ready', (await new HostsApi(configuration).getHost({ host: running.host! })).state);
  const labelled = await containers.listContainers({ selector: 'madeBy=typescript', limit: 10 });
  check('name', name, labelled.items[0].name);

  const stop = await containers.stopContainer({ name, wait: '60s' });
  check('outcome of the stop', 'completed', stop.outcome);
  check('operation', stop.id, (await new OperationsApi(configuration).getOperation({ id: stop.id })).id);
  check('phase', 'stopped', (await containers.getContainer({ name })).status.phase);
  const events = await new EventsApi(configuration).listEvents({ container: name, limit: 1000 });
  const starts = events.items.filter(({ event }) => event?.type === 'transition' && event.to === 'running');
  check('transitions to running', 1, starts.length);
  check('outcome of the deletion', 'completed', (await containers.deleteContainer({ name, wait: '60s' })).outcome);
  const gone = await containers.getContainer({ name }).catch((error: unknown) => error);
  check('status', 404, gone instanceof ResponseError ? gone.response.status : gone);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
