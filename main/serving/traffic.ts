import { AppError } from '../../shared/errors/app-error.ts';
import { CanaryGuard, type GuardLimits, type RollbackReason, readGuard } from './canary-guard.ts';
import { isRecord } from './is-record.ts';
import type { Tensor } from './tensor.ts';

/** Which version of a model answers requests that name none. */
export interface TrafficRule {
  stable: string;
  /** Gets `percent` of the requests; those with the header `x-slipway-track` go where it says. */
  canary: { version: string; percent: number; guard?: GuardLimits } | null;
  /** Gets a copy of every request; its answers are compared and dropped. */
  shadow: string | null;
}

/** A canary that was taken back by its guard. */
export interface AutomaticRollback {
  version: string;
  reason: RollbackReason;
  timeMs: number;
}

/** Header (HTTP) or metadata (gRPC) whose value keeps to one version: requests of one session share a track. */
export const sessionHeader = 'x-slipway-session';

/** Header (HTTP) or metadata (gRPC) that chooses a track: `stable` or `canary`. */
export const trackHeader = 'x-slipway-track';

/** A rule as JSON. Errors: `request.invalid`, also for a version that is not served. */
export function readTrafficRule(body: unknown, versions: readonly string[]): TrafficRule {
  if (!isRecord(body)) throw new AppError('request.invalid', 'The request body is not a JSON object.');
  const { canary = null, shadow = null } = body;
  const rule: TrafficRule = {
    stable: readVersion(body['stable'], 'stable', versions),
    canary: null,
    shadow: shadow === null ? null : readVersion(shadow, 'shadow', versions),
  };
  if (canary !== null) {
    const { version, percent, guard } = isRecord(canary) ? canary : {};
    if (typeof percent !== 'number' || !(percent >= 0 && percent <= 100)) {
      throw new AppError('request.invalid', '"canary.percent" is not a number from 0 to 100.');
    }
    rule.canary = {
      version: readVersion(version, 'canary.version', versions),
      percent,
      ...(guard == null ? {} : { guard: readGuard(guard) }),
    };
  }
  return rule;
}

function readVersion(value: unknown, field: string, versions: readonly string[]): string {
  const version = typeof value === 'number' ? String(value) : value;
  if (typeof version === 'string' && versions.includes(version)) return version;
  throw new AppError('request.invalid', `"${field}" is not one of the versions served: ${versions.join(', ')}.`);
}

/** The rule of one model, and the one before it. */
export class Traffic {
  #rule: TrafficRule | undefined;
  #previous: TrafficRule | undefined;
  #credit = 0;
  #guard: CanaryGuard | undefined;
  #rolledBack: AutomaticRollback | undefined;

  /** Since the rule was last set. */
  get rolledBack(): AutomaticRollback | undefined {
    return this.#rolledBack;
  }

  get rule(): TrafficRule | undefined {
    return this.#rule;
  }

  set(rule: TrafficRule): void {
    this.#previous = this.#rule ?? { stable: rule.stable, canary: null, shadow: null };
    this.#rule = rule;
    this.#credit = 0;
    this.#rolledBack = undefined;
    this.#watch();
  }

  /** Back to the rule before; twice is there and back. False where there is none. */
  rollback(): boolean {
    if (this.#previous === undefined) return false;
    [this.#rule, this.#previous] = [this.#previous, this.#rule];
    this.#credit = 0;
    this.#watch();
    return true;
  }

  /**
   * Counts an answered request of a version. Takes the canary back when its guard says so, and then says why; `rollback`
   * brings it again.
   */
  observe(version: string, failed: boolean, durationMs: number, nowMs: number): AutomaticRollback | undefined {
    const rule = this.#rule;
    if (this.#guard === undefined || rule?.canary == null) return undefined;
    const isCanary = version === rule.canary.version;
    if (!isCanary && version !== rule.stable) return undefined;
    const reason = this.#guard.observe(isCanary, failed, durationMs);
    if (reason === undefined) return undefined;
    this.#previous = rule;
    this.#rule = { ...rule, canary: null };
    this.#guard = undefined;
    this.#rolledBack = { version, reason, timeMs: nowMs };
    return this.#rolledBack;
  }

  /** Outputs that a version answered with, for a guard that compares them. */
  predicted(version: string, outputs: readonly Tensor[]): void {
    const rule = this.#rule;
    if (this.#guard?.watchesDrift !== true || rule?.canary == null) return;
    const isCanary = version === rule.canary.version;
    if (isCanary || version === rule.stable) this.#guard.predicted(isCanary, outputs);
  }

  #watch(): void {
    const limits = this.#rule?.canary?.guard;
    this.#guard = limits === undefined ? undefined : new CanaryGuard(limits);
  }

  /**
   * Version for the next request: of any 100 in a row, `percent` go to the canary; of sessions that share, each with all
   * its requests.
   */
  next(track: string | undefined, session?: string): string | undefined {
    const rule = this.#rule;
    if (rule?.canary == null || track === 'stable') return rule?.stable;
    if (track === 'canary') return rule.canary.version;
    if (session !== undefined) return sessionShare(session) < rule.canary.percent ? rule.canary.version : rule.stable;
    this.#credit += rule.canary.percent;
    if (this.#credit < 100) return rule.stable;
    this.#credit -= 100;
    return rule.canary.version;
  }
}

/** A number from 0 to 100 that is the same for equal sessions. */
function sessionShare(session: string): number {
  return hashText(session) / (2 ** 32 / 100);
}

/** 32 bits that are the same for equal texts (FNV-1a). */
export function hashText(text: string): number {
  let hash = 0x811c_9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x0100_0193);
  // The high bits of short texts differ too little without a last mix.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
