import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { OpenLoop, OpenLoopResult } from '../../../main/serving/load-test/open-loop.ts';

export type OpenLoopJob = Omit<OpenLoop, 'requests' | 'signal'> & { requests: readonly Uint8Array[] };

/** Open-loop load from a process of its own. */
export function openLoopLoad(job: OpenLoopJob): Promise<OpenLoopResult> {
  const child = fork(fileURLToPath(new URL('./open-loop-process.ts', import.meta.url)), [], {
    serialization: 'advanced',
  });
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the load generator ended with ${code}`)));
    child.once('message', (result: OpenLoopResult) => {
      resolve(result);
      child.disconnect();
    });
    child.send(job);
  });
}
