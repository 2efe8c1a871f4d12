import type { LoadTarget } from './http-connection.ts';
import { quantileOf } from './latency-figures.ts';
import { runOpenLoop } from './open-loop.ts';

/** One rate held for a while. Latencies count from when a request was due; null without a good answer. */
export interface LoadStep {
  offeredPerSecond: number;
  answeredPerSecond: number;
  offered: number;
  /** Answered with 200. */
  answered: number;
  /** Answered with 503. */
  refused: number;
  /** Other answers, ended connections, and requests without an answer. */
  failed: number;
  p50Ms: number | null;
  p90Ms: number | null;
  p99Ms: number | null;
  p999Ms: number | null;
  maxMs: number | null;
  /** Worst delay of the generator itself, ms. */
  generatorLagMs: number;
}

export interface LoadStepOptions {
  target: LoadTarget;
  requests: readonly Buffer[];
  ratePerSecond: number;
  seconds: number;
  maxConnections: number;
  seed: number;
  signal?: AbortSignal | undefined;
}

const graceMs = 10_000;

/** Holds one rate, open loop. */
export async function runLoadStep(options: LoadStepOptions): Promise<LoadStep> {
  const result = await runOpenLoop({ ...options, graceMs });
  const sorted = result.latenciesMs.toSorted();
  const at = (q: number) => (sorted.length === 0 ? null : quantileOf(sorted, q));
  const answered = result.statuses[200] ?? 0;
  const refused = result.statuses[503] ?? 0;
  return {
    offeredPerSecond: options.ratePerSecond,
    answeredPerSecond: answered / result.seconds,
    offered: result.offered,
    answered,
    refused,
    failed: result.offered - answered - refused,
    p50Ms: at(0.5),
    p90Ms: at(0.9),
    p99Ms: at(0.99),
    p999Ms: at(0.999),
    maxMs: at(1),
    generatorLagMs: result.generatorLagMs,
  };
}
