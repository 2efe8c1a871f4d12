import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../shared/errors/app-error.ts';
import { ApiFailure } from './api/api-failure.ts';
import type { ClusterClient } from './api/cluster-client.ts';
import { explainFailure } from './api/explain-failure.ts';

export interface PodLogOptions {
  namespace: string;
  pod: string;
  container: string;
  /** Only the last so many lines. */
  tailLines?: number;
  /** Goes on until the container ends or `signal` is aborted. */
  follow?: boolean;
  signal?: AbortSignal | undefined;
}

const maxReconnections = 20;

/** Lines of a container's log; after a lost connection it goes on where it was. Throws `cluster.*`. */
export async function* podLog(client: ClusterClient, options: PodLogOptions): AsyncGenerator<string, void, undefined> {
  const path = `/api/v1/namespaces/${encodeURIComponent(options.namespace)}/pods/${encodeURIComponent(options.pod)}/log`;
  let last = '';
  /** Lines that came with this time; a clock may be coarse. */
  let lastCount = 0;
  const stopped = () => options.signal?.aborted === true;
  for (let attempt = 0; !stopped(); attempt++) {
    const query: Record<string, string> = { container: options.container, timestamps: 'true' };
    if (options.follow === true) query['follow'] = 'true';
    // The server counts in whole seconds; lines that came already are left out below.
    if (last !== '') query['sinceTime'] = last.replace(/\.\d+/, '');
    else if (options.tailLines !== undefined) query['tailLines'] = String(options.tailLines);
    const known = last;
    let skip = lastCount;
    try {
      for await (const line of client.lines({ path, query, signal: options.signal })) {
        const end = line.indexOf(' ');
        const time = end === -1 ? line : line.slice(0, end);
        if (time < known || (time === known && skip-- > 0)) continue;
        lastCount = time === last ? lastCount + 1 : 1;
        last = time;
        yield end === -1 ? '' : line.slice(end + 1);
      }
      return;
    } catch (error) {
      if (stopped()) return;
      // A container that has not started yet has no log.
      if (
        error instanceof ApiFailure &&
        error.statusCode === 400 &&
        /waiting to start|PodInitializing/.test(error.message)
      ) {
        if (options.follow !== true) return;
      } else if (!(error instanceof AppError && error.code === 'cluster.unreachable') || attempt >= maxReconnections) {
        throw explainFailure(error, `Reading the log of ${options.pod}`);
      }
      await sleep(1000, undefined, options.signal === undefined ? {} : { signal: options.signal }).catch(
        () => undefined,
      );
    }
  }
}
