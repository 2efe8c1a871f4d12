import type { ErrorCode } from '../../../shared/errors/codes.ts';
import { EvenSampler } from '../even-sampler.ts';
import { partsOf, type RequestTiming, timingParts } from '../request-timing.ts';

/** A request that got no answer. Its values are not kept: they may be what was wrong with it. */
export interface FailedRequest {
  timeMs: number;
  /** As of HTTP. */
  status: number;
  code: ErrorCode;
  timing: RequestTiming;
}

/** Above this rate an even share is kept. */
const perSecond = 200;

/** Lines of JSON of requests that failed, with when, why and where their time went. */
export class FailureRecorder {
  readonly #sampler = new EvenSampler(perSecond);
  #lines = '';

  add({ timeMs, status, code, timing }: FailedRequest): void {
    this.#sampler.arrive(1, timeMs);
    if (!this.#sampler.keep()) return;
    const parts = partsOf(timing);
    const durations = Object.fromEntries(timingParts.map((name, i) => [name, parts[i]]));
    const line = { time: new Date(timeMs).toISOString().slice(0, -1), id: timing.id ?? null, status, code };
    this.#lines += `${JSON.stringify({ ...line, timing: durations, features: timing.features ?? null })}\n`;
  }

  /** The lines since the last call. */
  drain(): string {
    const lines = this.#lines;
    this.#lines = '';
    return lines;
  }
}
