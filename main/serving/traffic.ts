import { AppError } from '../../shared/errors/app-error.ts';
import { isRecord } from './is-record.ts';

/** Which version of a model answers requests that name none. */
export interface TrafficRule {
  stable: string;
  /** Gets `percent` of the requests; those with the header `x-slipway-track` go where it says. */
  canary: { version: string; percent: number } | null;
  /** Gets a copy of every request; its answers are compared and dropped. */
  shadow: string | null;
}

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
    const { version, percent } = isRecord(canary) ? canary : {};
    if (typeof percent !== 'number' || !(percent >= 0 && percent <= 100)) {
      throw new AppError('request.invalid', '"canary.percent" is not a number from 0 to 100.');
    }
    rule.canary = { version: readVersion(version, 'canary.version', versions), percent };
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

  get rule(): TrafficRule | undefined {
    return this.#rule;
  }

  set(rule: TrafficRule): void {
    this.#previous = this.#rule ?? { stable: rule.stable, canary: null, shadow: null };
    this.#rule = rule;
    this.#credit = 0;
  }

  /** Back to the rule before; twice is there and back. False where there is none. */
  rollback(): boolean {
    if (this.#previous === undefined) return false;
    [this.#rule, this.#previous] = [this.#previous, this.#rule];
    this.#credit = 0;
    return true;
  }

  /** Version for the next request: of any 100 in a row, `percent` go to the canary. */
  next(track: string | undefined): string | undefined {
    const rule = this.#rule;
    if (rule?.canary == null || track === 'stable') return rule?.stable;
    if (track === 'canary') return rule.canary.version;
    this.#credit += rule.canary.percent;
    if (this.#credit < 100) return rule.stable;
    this.#credit -= 100;
    return rule.canary.version;
  }
}
