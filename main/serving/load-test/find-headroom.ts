import type { LoadStep } from './load-step.ts';

/** What ended the search. `generator`: this machine cannot send more; the server may take more. */
export type LoadLimit = 'latency' | 'refusals' | 'failures' | 'throughput' | 'generator' | 'end';

export interface Headroom {
  /** Highest rate found at which the objective held; 0: not even the lowest tried. */
  sustainedPerSecond: number;
  /** Lowest rate found at which it did not; null where the search ended before. */
  breaksAtPerSecond: number | null;
  limit: LoadLimit;
  /** In the order they were run. */
  steps: LoadStep[];
}

export interface HeadroomOptions {
  objectiveMs: number;
  startPerSecond: number;
  maxPerSecond: number;
  /** Runs one step at a rate. */
  hold(ratePerSecond: number): Promise<LoadStep>;
  /** Rates between the last good and the first bad one that are tried. */
  bisections: number;
  isStopped(): boolean;
}

/** Share of requests that may be refused or fail. */
const toleratedShare = 0.001;
const wantedThroughput = 0.95;
/** Above this the generator's own delays would be read as the server's. */
const maxGeneratorLagMs = 250;

/** What breaks the objective in a step; undefined where it holds. */
export function brokenBy(step: LoadStep, objectiveMs: number): Exclude<LoadLimit, 'end'> | undefined {
  if (step.failed > toleratedShare * step.offered) return 'failures';
  if (step.refused > toleratedShare * step.offered) return 'refusals';
  const slow = step.p99Ms === null || step.p99Ms > objectiveMs;
  const behind = step.answered < wantedThroughput * step.offered;
  if ((slow || behind) && step.generatorLagMs > maxGeneratorLagMs) return 'generator';
  if (slow) return 'latency';
  return behind ? 'throughput' : undefined;
}

/**
 * Doubles the rate until the objective breaks, twice at the same rate (a hiccup of the machine is no limit), then halves
 * the interval between the last good and the first bad rate a few times.
 */
export async function findHeadroom(options: HeadroomOptions): Promise<Headroom> {
  const steps: LoadStep[] = [];
  const holds = async (rate: number): Promise<LoadLimit | undefined> => {
    let limit: LoadLimit | undefined;
    for (let attempt = 0; attempt < 2 && !options.isStopped(); attempt++) {
      const step = await options.hold(rate);
      steps.push(step);
      limit = brokenBy(step, options.objectiveMs);
      if (limit === undefined) return undefined;
    }
    return limit ?? 'end';
  };
  let good = 0;
  let bad: number | null = null;
  let limit: LoadLimit = 'end';
  for (let rate = options.startPerSecond; rate <= options.maxPerSecond && !options.isStopped(); rate *= 2) {
    const broken = await holds(rate);
    if (broken === undefined) {
      good = rate;
    } else {
      limit = broken;
      if (broken !== 'end') bad = rate;
      break;
    }
  }
  for (let i = 0; i < options.bisections && bad !== null && !options.isStopped(); i++) {
    const middle: number = (good + bad) / 2;
    const broken = await holds(middle);
    if (broken === undefined) {
      good = middle;
    } else if (broken !== 'end') {
      bad = middle;
      limit = broken;
    }
  }
  return { sustainedPerSecond: good, breaksAtPerSecond: limit === 'generator' ? null : bad, limit, steps };
}
