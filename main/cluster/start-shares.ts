import { setTimeout as sleep } from 'node:timers/promises';
import { ApiFailure } from './api/api-failure.ts';
import { type ClusterClient, openCluster } from './api/cluster-client.ts';
import { explainFailure } from './api/explain-failure.ts';
import { createJobFrom } from './create-job.ts';
import { toDnsLabel } from './dns-label.ts';

const pauseMs = 2_000;
const mostMisses = 30;

interface SharesJob {
  spec: { completions?: number };
  status?: { succeeded?: number; conditions?: { type: string; status: string; message?: string }[] };
}

export interface SharesOptions {
  signal: AbortSignal;
  /** How many of how many shares are done, whenever it changes. */
  onProgress: (done: number, of: number) => void;
  client?: ClusterClient;
  /** Between two looks; default 2 s. */
  pauseMs?: number;
}

/**
 * Starts the Job with the shares of a step from the suspended CronJob `template`, in the namespace this pod runs in, and waits
 * until it has ended. `mark` is part of its name: the same start again finds the Job and waits for it. A share that failed is
 * no failure: the step does it itself. Returns why not all are done, null where they are. Throws `cluster.*`.
 */
export async function runShares(template: string, mark: string, options: SharesOptions): Promise<string | null> {
  const client = options.client ?? openCluster(undefined);
  const name = toDnsLabel(`${template}-${mark}`, 63);
  let told = 0;
  try {
    await createJobFrom(client, template, name);
    let misses = 0;
    for (;;) {
      const job = await lookAt(client, name).catch((error: unknown) => {
        // A cluster being upgraded does not answer for a while.
        if (options.signal.aborted || ++misses > mostMisses) throw error;
        return null;
      });
      if (job !== null) misses = 0;
      if (job === undefined) return `The Job ${name} was deleted.`;
      const done = job?.status?.succeeded ?? told;
      if (job !== null && done !== told) options.onProgress(done, job.spec.completions ?? 0);
      told = done;
      const is = (type: string) => job?.status?.conditions?.find((one) => one.type === type && one.status === 'True');
      if (is('Complete') !== undefined) return null;
      const failed = is('Failed');
      if (failed !== undefined) return failed.message ?? `The Job ${name} failed.`;
      await sleep(options.pauseMs ?? pauseMs, undefined, { signal: options.signal });
    }
  } catch (error) {
    throw explainFailure(error, `Starting ${template}`);
  }
}

async function lookAt({ json, namespace }: ClusterClient, name: string): Promise<SharesJob | undefined> {
  try {
    return await json<SharesJob>({ path: `/apis/batch/v1/namespaces/${namespace}/jobs/${name}` });
  } catch (error) {
    if (error instanceof ApiFailure && error.statusCode === 404) return undefined;
    throw error;
  }
}
