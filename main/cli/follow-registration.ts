import { toAppError } from '../../shared/errors/app-error.ts';
import type { Engine } from '../engine/engine.ts';
import { type StartGraphEndpoint, swapGraphEndpoint } from '../engine/graph-endpoints.ts';
import { registrationOf } from '../engine/registration.ts';
import type { EndpointHost, StartedEndpoint } from '../serving/endpoint-host.ts';
import { aliasPeriodMs, followAliases } from './follow-aliases.ts';
import type { Output } from './output.ts';

interface FollowRegistration {
  engine: Engine;
  host: EndpointHost;
  endpoint: StartedEndpoint;
  start: StartGraphEndpoint;
  output: Output;
  signal: AbortSignal;
}

/**
 * Keeps an endpoint of a graph on what the alias of its model names: resolves once that is served, and follows it from
 * then on. So a rollback by another process goes live, and is not undone by a restart that trains nothing new.
 */
export async function followRegistration(options: FollowRegistration): Promise<void> {
  const { engine, host, endpoint, start, output, signal } = options;
  const log = (text: string) => output.log(text);
  const [model] = host.models(endpoint.id);
  const artifact = model === undefined ? undefined : await engine.store.get(model.digest);
  // Where the alias was registered, the name of the run is of no interest.
  const asked = artifact === undefined ? undefined : registrationOf(artifact, { runId: '', graphId: endpoint.graphId });
  if (asked?.alias === undefined || asked.alias === '') return;
  const uri = `models:/${asked.name}@${asked.alias}`;

  async function swap(): Promise<void> {
    const { name, version, digest } = engine.registry.resolve(uri);
    // A retraining of this process puts its model live before it moves the alias.
    if (host.models(endpoint.id)[0]?.digest === digest) return;
    await swapGraphEndpoint({ engine, host, endpoint, start }, digest);
    output.event({ type: 'endpoint.swapped', models: [{ name, version: String(version) }] });
  }

  try {
    await swap();
  } catch (error) {
    log(`What ${uri} names was not put live: ${toAppError(error).message}`);
  }
  void followAliases({
    served: host.models(endpoint.id).map(({ digest }) => digest),
    resolve: () => Promise.resolve([engine.registry.resolve(uri).digest]),
    swap,
    periodMs: aliasPeriodMs,
    log,
    signal,
  });
}
