import { AppError } from '../../shared/errors/app-error.ts';
import { isRecord } from './is-record.ts';
import { LatencySketch } from './latency-sketch.ts';
import { PredictionShares } from './prediction-shares.ts';
import type { Tensor } from './tensor.ts';

/** When a canary is taken back by itself. */
export interface GuardLimits {
  /** Largest share of failed requests (status 500 and above) above that of the stable version, 0 to 1. */
  maxErrorIncrease: number;
  /** Largest ratio of the canary's p95 to that of the stable version. */
  maxLatencyRatio: number;
  /** Largest difference of what the two predict, 0 to 1, beyond what chance explains; 1 allows any. */
  maxDrift: number;
  /** Requests of each version before anything is decided. */
  minRequests: number;
}

export type RollbackReason = 'errors' | 'latency' | 'drift';

const defaults: GuardLimits = { maxErrorIncrease: 0.02, maxLatencyRatio: 2, maxDrift: 1, minRequests: 100 };

/** Quantile of the standard normal: a decision is wrong by chance in one of 1,000 looks. */
const z = 3.09;
/** Requests between two looks: fewer looks, fewer decisions by chance. */
const lookEvery = 50;
/** A difference below this is none, whatever the ratio. */
const minLatencyGapMs = 2;

/** The `guard` of a canary. Errors: `request.invalid`. */
export function readGuard(value: unknown): GuardLimits {
  if (!isRecord(value)) throw new AppError('request.invalid', '"canary.guard" is not a JSON object.');
  const unknown = Object.keys(value).find((key) => !Object.hasOwn(defaults, key));
  if (unknown !== undefined) {
    throw new AppError('request.invalid', `"canary.guard" has no limit "${unknown.slice(0, 60)}".`, {
      fix: `Use ${Object.keys(defaults).join(', ')}.`,
    });
  }
  return {
    maxErrorIncrease: numberOf(value, 'maxErrorIncrease', 0, 1),
    maxLatencyRatio: numberOf(value, 'maxLatencyRatio', 1, 1_000),
    maxDrift: numberOf(value, 'maxDrift', 0, 1),
    minRequests: Math.ceil(numberOf(value, 'minRequests', 10, 1e9)),
  };
}

function numberOf(value: Record<string, unknown>, key: keyof GuardLimits, min: number, max: number): number {
  const given = value[key] ?? defaults[key];
  if (typeof given === 'number' && given >= min && given <= max) return given;
  throw new AppError('request.invalid', `"canary.guard.${key}" is not a number from ${min} to ${max}.`);
}

class Track {
  requests = 0;
  failed = 0;
  readonly latency = new LatencySketch();
  readonly predictions = new PredictionShares();
}

/** Compares a canary with the stable version, both since the canary began. */
export class CanaryGuard {
  readonly #limits: GuardLimits;
  readonly #stable = new Track();
  readonly #canary = new Track();

  constructor(limits: GuardLimits) {
    this.#limits = limits;
  }

  /** Counts an answered request; gives the reason when the canary should be taken back. */
  observe(isCanary: boolean, failed: boolean, durationMs: number): RollbackReason | undefined {
    const track = isCanary ? this.#canary : this.#stable;
    track.requests++;
    if (failed) track.failed++;
    else track.latency.add(durationMs);
    if (!isCanary || track.requests % lookEvery !== 0) return undefined;
    return this.#judge();
  }

  /** Whether it wants to know what is predicted. */
  get watchesDrift(): boolean {
    return this.#limits.maxDrift < 1;
  }

  /** Counts what an answered request was told. */
  predicted(isCanary: boolean, outputs: readonly Tensor[]): void {
    (isCanary ? this.#canary : this.#stable).predictions.add(outputs);
  }

  #judge(): RollbackReason | undefined {
    const { minRequests, maxErrorIncrease, maxLatencyRatio } = this.#limits;
    const [stable, canary] = [this.#stable, this.#canary];
    if (canary.requests < minRequests) return undefined;
    // A stable version without requests so far has no failures to compare with.
    const stableRate = stable.requests === 0 ? 0 : stable.failed / stable.requests;
    if (wilsonLowerBound(canary.failed, canary.requests) > stableRate + maxErrorIncrease) return 'errors';
    if (stable.requests < minRequests) return undefined;
    if (canary.predictions.distanceTo(stable.predictions) > this.#limits.maxDrift) return 'drift';
    const ours = canary.latency.quantileMs(0.95);
    const theirs = stable.latency.quantileMs(0.95);
    if (ours === null || theirs === null) return undefined;
    return ours > theirs * maxLatencyRatio && ours - theirs > minLatencyGapMs ? 'latency' : undefined;
  }
}

/** Lower end of Wilson's score interval of a share (E. B. Wilson, 1927). */
function wilsonLowerBound(hits: number, trials: number): number {
  const share = hits / trials;
  const square = (z * z) / trials;
  const half = z * Math.sqrt((share * (1 - share)) / trials + square / (4 * trials));
  return (share + square / 2 - half) / (1 + square);
}
