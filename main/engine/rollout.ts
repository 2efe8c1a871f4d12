import { setTimeout as sleep } from 'node:timers/promises';
import type { EndpointHost } from '../serving/endpoint-host.ts';
import type { VersionCounts } from '../serving/ipc-protocol.ts';
import type { ModelSource } from '../serving/model-source.ts';

export interface RolloutStage {
  name: 'shadow' | 'canary';
  /** Share of the requests that the new version answers. */
  percent: number;
}

export interface RolloutOptions {
  host: Pick<EndpointHost, 'tryVersion' | 'versions'>;
  endpointId: string;
  challenger: ModelSource;
  /** Rows the new version must work on in each stage. */
  stageRows: number;
  /** Shortest time of a stage. */
  stageMs: number;
  onStage(stage: RolloutStage): void;
  signal: AbortSignal;
}

/** What the new version and the one before it did in a stage. */
export interface StageEvidence {
  stage: RolloutStage;
  rows: number;
  requests: number;
  failed: number;
  inferMs: number | null;
  championRequests: number;
  championFailed: number;
  championInferMs: number | null;
}

export type RolloutResult =
  | { passed: true; stages: StageEvidence[] }
  | { passed: false; reason: string; stages: StageEvidence[] };

const stages: readonly RolloutStage[] = [
  { name: 'shadow', percent: 0 },
  { name: 'canary', percent: 10 },
  { name: 'canary', percent: 50 },
];

const lookMs = 250;

/**
 * Lets a new version work on copies of the requests, then answer 10 % and 50 % of them. Ends early, with the reason, when
 * it fails where the version before it does not or takes far longer; the endpoint then answers as before.
 */
export async function rollOut(options: RolloutOptions): Promise<RolloutResult> {
  const { host, endpointId, challenger, signal } = options;
  const done: StageEvidence[] = [];
  let passed = false;
  try {
    for (const stage of stages) {
      await host.tryVersion(endpointId, {
        source: challenger,
        shadow: stage.name === 'shadow',
        percent: stage.percent,
      });
      options.onStage(stage);
      const { evidence, problem } = await watchStage(stage, options);
      done.push(evidence);
      if (problem !== undefined) return { passed: false, reason: problem, stages: done };
    }
    passed = true;
    return { passed: true, stages: done };
  } finally {
    // What passed takes over from here on: it must not be taken away before.
    if (!passed && !signal.aborted) await host.tryVersion(endpointId, undefined);
  }
}

async function watchStage(
  stage: RolloutStage,
  { host, endpointId, challenger, stageRows, stageMs, signal }: RolloutOptions,
): Promise<{ evidence: StageEvidence; problem: string | undefined }> {
  const begun = Date.now();
  const before = await host.versions(endpointId);
  for (;;) {
    await sleep(lookMs, undefined, { signal });
    const now = await host.versions(endpointId);
    const own = now.find(({ digest }) => digest === challenger.digest);
    const evidence = evidenceOf(stage, challenger.digest, before, now);
    if (own === undefined) return { evidence, problem: 'its server has ended' };
    const problem = problemOf(evidence);
    if (problem !== undefined) return { evidence, problem };
    if (evidence.rows >= stageRows && Date.now() - begun >= stageMs) return { evidence, problem: undefined };
  }
}

function evidenceOf(
  stage: RolloutStage,
  digest: string,
  before: readonly VersionCounts[],
  now: readonly VersionCounts[],
): StageEvidence {
  const since = (isWanted: (version: VersionCounts) => boolean) => {
    const [end, start] = [now.find(isWanted), before.find(isWanted)];
    const difference = (read: (version: VersionCounts) => number) =>
      end === undefined ? 0 : read(end) - (start === undefined ? 0 : read(start));
    return {
      rows: difference(({ rows }) => rows),
      requests: difference(({ requests, shadow }) => requests + shadow.answered),
      failed: difference(({ failed, shadow }) => failed + shadow.failed),
      inferMs: end?.inferMs ?? null,
    };
  };
  const own = since((version) => version.digest === digest);
  const champion = since((version) => version.digest !== digest);
  return {
    stage,
    ...own,
    championRequests: champion.requests,
    championFailed: champion.failed,
    championInferMs: champion.inferMs,
  };
}

/** Failures above those of the champion, which come from requests no model can answer. */
const toleratedFailures = 3;
const slower = 4;
const noticedMs = 10;

function problemOf(evidence: StageEvidence): string | undefined {
  const { requests, failed, championRequests, championFailed, inferMs, championInferMs } = evidence;
  const share = failed / Math.max(1, requests);
  const championShare = championFailed / Math.max(1, championRequests);
  if (failed >= toleratedFailures && share > championShare + 0.01) {
    return `it failed on ${failed} of ${requests} requests`;
  }
  if (inferMs !== null && championInferMs !== null && requests >= 20 && inferMs > noticedMs) {
    if (inferMs > slower * championInferMs) {
      return `it takes ${inferMs.toFixed(1)} ms per request, the champion ${championInferMs.toFixed(1)} ms`;
    }
  }
  return undefined;
}
