import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '../../shared/errors/app-error.ts';
import type { Endpoint, EndpointRollout } from '../../shared/rpc/engine-contract.ts';
import { syncFolder } from '../compute/paths/replace-file.ts';
import type { EndpointHost } from '../serving/endpoint-host.ts';
import type { Engine } from './engine.ts';
import { followAlias, type ModelAlias, registeredAlias, serveAlias, serveAndFollow } from './follow-registration.ts';
import type { StartGraphEndpoint } from './graph-endpoints.ts';

export interface EndpointFollowing {
  /** Knows an endpoint that has just come up; follows its alias where a person has asked for that before. */
  attach(endpoint: Endpoint, start: StartGraphEndpoint): Promise<void>;
  /** Resolves when nothing will put a model live there any more. */
  detach(endpointId: string): Promise<void>;
  /** The alias of the endpoint's model and whether it is followed; null without one. */
  stateOf(endpointId: string): EndpointRollout['alias'];
  /**
   * Serves what the alias names now and from then on, also at later starts, or ends that. Errors: `serve.not-ready`
   * without an endpoint that has an alias, and what keeps the named version from going live.
   */
  follow(endpointId: string, wanted: boolean): Promise<void>;
  close(): Promise<void>;
}

interface Known {
  endpoint: Endpoint;
  start: StartGraphEndpoint;
  alias: ModelAlias;
  following?: { abort: AbortController; ended: Promise<void> } | undefined;
}

/**
 * Endpoints started in the app that serve what an alias names, as `slipway up` does. It is a choice there: who trains the
 * graph again moves the alias, and may want to try the new version on a share of the requests first.
 */
export function createEndpointFollowing(options: {
  engine: Engine;
  host: EndpointHost;
  log(text: string): void;
}): EndpointFollowing {
  const { engine, host, log } = options;
  const known = new Map<string, Known>();

  /** Lies beside the endpoint's other files while its alias is followed. */
  function markOf({ graphId, nodeId }: Endpoint): string {
    return join(engine.dataDir, 'serving', graphId, nodeId, 'follows-alias');
  }

  async function end(entry: Known | undefined): Promise<void> {
    const following = entry?.following;
    if (entry !== undefined) entry.following = undefined;
    following?.abort.abort();
    await following?.ended;
  }

  async function drop(endpointId: string): Promise<void> {
    const entry = known.get(endpointId);
    known.delete(endpointId);
    await end(entry);
  }

  /** Starts, stops and decisions of an endpoint, which come from several windows, take effect one after the other. */
  const turns = new Map<string, Promise<void>>();
  function inTurn(endpointId: string, act: () => Promise<void>): Promise<void> {
    const done = (turns.get(endpointId) ?? Promise.resolve()).then(act);
    turns.set(
      endpointId,
      done.catch(() => undefined),
    );
    return done;
  }

  async function attach(endpoint: Endpoint, start: StartGraphEndpoint): Promise<void> {
    await drop(endpoint.id);
    const alias = await registeredAlias(engine, host, endpoint);
    if (alias === undefined) return;
    const entry: Known = { endpoint, start, alias };
    known.set(endpoint.id, entry);
    if (!existsSync(markOf(endpoint))) return;
    const abort = new AbortController();
    const { ended } = await serveAndFollow({ engine, host, ...entry, log, signal: abort.signal });
    entry.following = { abort, ended };
  }

  async function follow(endpointId: string, wanted: boolean): Promise<void> {
    const entry = known.get(endpointId);
    if (entry === undefined) {
      throw new AppError('serve.not-ready', `Endpoint ${endpointId} does not run, or its model has no alias.`, {
        fix: 'Start it, and give its Register step an alias.',
      });
    }
    await end(entry);
    const mark = markOf(entry.endpoint);
    if (!wanted) {
      await rm(mark, { force: true });
      await syncFolder(dirname(mark));
      return;
    }
    await serveAlias({ engine, host, ...entry });
    await mkdir(dirname(mark), { recursive: true });
    await writeFile(mark, '');
    await syncFolder(dirname(mark));
    const abort = new AbortController();
    entry.following = { abort, ended: followAlias({ engine, host, ...entry, log, signal: abort.signal }) };
  }

  return {
    attach: (endpoint, start) => inTurn(endpoint.id, () => attach(endpoint, start)),
    detach: (endpointId) => inTurn(endpointId, () => drop(endpointId)),
    stateOf(endpointId) {
      const entry = known.get(endpointId);
      return entry === undefined ? null : { ...entry.alias, followed: entry.following !== undefined };
    },
    follow: (endpointId, wanted) => inTurn(endpointId, () => follow(endpointId, wanted)),
    async close() {
      await Promise.all([...turns.keys()].map((id) => inTurn(id, () => drop(id))));
    },
  };
}
