// Open-loop load from a process of its own, so that its CPU time and pauses are not the server's. One job per process:
// the first message is the job, the answer is what was measured.
import { runOpenLoop } from '../../../main/serving/load-test/open-loop.ts';
import type { OpenLoopJob } from './open-loop-load.ts';

process.on('message', (job: OpenLoopJob) => {
  const requests = job.requests.map((bytes) => Buffer.from(bytes));
  void runOpenLoop({ ...job, requests }).then((result) => process.send?.(result));
});
process.on('disconnect', () => process.exit(0));
