import { toAppError } from '../../shared/errors/app-error.ts';
import type { Endpoint } from '../../shared/rpc/engine-contract.ts';
import type { EndpointHost } from '../serving/endpoint-host.ts';
import type { Engine } from './engine.ts';
import { aliasPeriodMs, followAliases } from './follow-aliases.ts';
import { type StartGraphEndpoint, swapGraphEndpoint } from './graph-endpoints.ts';
import { registrationOf } from './registration.ts';

/** An alias of a registered model. */
export interface ModelAlias {
  model: string;
  alias: string;
}

export interface FollowRegistration {
  engine: Engine;
  host: EndpointHost;
  endpoint: Endpoint & { grpc?: string | null };
  start: StartGraphEndpoint;
  alias: ModelAlias;
  onSwap?: (model: { name: string; version: string }) => void;
  log(text: string): void;
  signal: AbortSignal;
}

/** The alias that the model of an endpoint was registered with; undefined without one. */
export async function registeredAlias(
  engine: Engine,
  host: EndpointHost,
  { id, graphId }: Endpoint,
): Promise<ModelAlias | undefined> {
  const [model] = host.models(id);
  const artifact = model === undefined ? undefined : await engine.store.get(model.digest);
  // Where the alias was registered, the name of the run is of no interest.
  const asked = artifact === undefined ? undefined : registrationOf(artifact, { runId: '', graphId });
  if (asked?.alias === undefined || asked.alias === '') return undefined;
  return { model: asked.name, alias: asked.alias };
}

/** Puts the version live that the alias names now, without a gap. Errors: those of `swapGraphEndpoint`, `model.not-found`. */
export async function serveAlias(options: Omit<FollowRegistration, 'log' | 'signal'>): Promise<void> {
  const { engine, host, endpoint, start, alias, onSwap } = options;
  const { name, version, digest } = engine.registry.resolve(uriOf(alias));
  // A retraining of this process puts its model live before it moves the alias.
  if (host.models(endpoint.id)[0]?.digest === digest) return;
  await swapGraphEndpoint({ engine, host, endpoint, start }, digest);
  onSwap?.({ name, version: String(version) });
}

/**
 * Keeps an endpoint of a graph on what the alias of its model names until the signal is aborted: a promotion or a rollback
 * by another process goes live. A version that was put live in another way stays until the alias moves.
 */
export function followAlias(options: FollowRegistration): Promise<void> {
  const { engine, host, endpoint, alias, log, signal } = options;
  return followAliases({
    served: host.models(endpoint.id).map(({ digest }) => digest),
    resolve: () => Promise.resolve([engine.registry.resolve(uriOf(alias)).digest]),
    swap: () => serveAlias(options),
    periodMs: aliasPeriodMs,
    log,
    signal,
  });
}

/** Serves what the alias names, says in the log what it cannot, and follows the alias from then on. */
export async function serveAndFollow(options: FollowRegistration): Promise<{ ended: Promise<void> }> {
  try {
    await serveAlias(options);
  } catch (error) {
    options.log(`What ${uriOf(options.alias)} names was not put live: ${toAppError(error).message}`);
  }
  return { ended: followAlias(options) };
}

function uriOf({ model, alias }: ModelAlias): string {
  return `models:/${model}@${alias}`;
}
