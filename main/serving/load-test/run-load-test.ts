import type { LoadTest } from '../../../shared/rpc/engine-contract.ts';
import { findHeadroom, type Headroom } from './find-headroom.ts';
import { targetOf } from './http-connection.ts';
import { loadRequests, type LoadRequestOptions, serverReadings } from './load-requests.ts';
import { type LoadStep, runLoadStep } from './load-step.ts';

const lowestPerSecond = 10;
/** Highest rate that is tried. */
export const highestPerSecond = 200_000;
const bisections = 4;
/** Requests before the first step: connections open, code gets compiled. */
const warmUpSeconds = 1;

export interface LoadTestOptions extends LoadRequestOptions {
  objectiveMs: number;
  /** Undefined: looks for the rate at which the objective breaks. */
  ratePerSecond?: number | undefined;
  /** Of each rate. */
  seconds: number;
  maxConnections: number;
  signal: AbortSignal;
  onStep(step: LoadStep): void;
}

export interface LoadTestOutcome {
  url: URL;
  model: string | null;
  found: Headroom;
  figures: NonNullable<LoadTest['result']>;
}

/** Loads an endpoint, open loop. Errors: those of `loadRequests`. */
export async function runLoadTest(options: LoadTestOptions): Promise<LoadTestOutcome> {
  const { key, objectiveMs, ratePerSecond, seconds, maxConnections, signal } = options;
  const { requests, model, url } = await loadRequests(options);
  const before = await serverReadings(url, key);
  let turn = 0;
  const hold = (rate: number, lasting = seconds): Promise<LoadStep> =>
    runLoadStep({
      target: targetOf(url),
      requests,
      ratePerSecond: rate,
      seconds: lasting,
      maxConnections,
      seed: ++turn,
      signal,
    });
  const report = async (rate: number): Promise<LoadStep> => {
    const step = await hold(rate);
    options.onStep(step);
    return step;
  };
  await hold(ratePerSecond ?? lowestPerSecond, warmUpSeconds);
  const found: Headroom =
    ratePerSecond === undefined
      ? await findHeadroom({
          objectiveMs,
          startPerSecond: lowestPerSecond,
          maxPerSecond: highestPerSecond,
          hold: report,
          bisections,
          isStopped: () => signal.aborted,
        })
      : { sustainedPerSecond: 0, breaksAtPerSecond: null, limit: 'end', steps: [await report(ratePerSecond)] };
  const after = await serverReadings(url, key);
  const answered = found.steps.reduce((sum, step) => sum + step.answered, 0);
  const cpuUsPerRequest =
    before.cpuSeconds === null || after.cpuSeconds === null || answered === 0
      ? null
      : ((after.cpuSeconds - before.cpuSeconds) / answered) * 1e6;
  const { sustainedPerSecond, breaksAtPerSecond, limit } = found;
  const figures = {
    sustainedPerSecond,
    breaksAtPerSecond,
    limit,
    peakPerSecond: before.peakPerSecond,
    cpuUsPerRequest,
  };
  return { url, model, found, figures };
}
