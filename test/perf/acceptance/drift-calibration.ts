import { MISSING_STRING } from '../../../shared/model/signature.ts';
import { uniformGenerator } from '../../../main/compute/stats/random.ts';
import type { ColumnPair } from '../../../main/compute/drift/column-test.ts';
import { summarizeValues } from '../../../main/compute/drift/column-summary.ts';
import { DistanceTests } from '../../../main/compute/drift/distance-test.ts';
import { compareColumns } from '../../../main/compute/drift/drift-report.ts';
import { driftGoldenValues, isMismatch } from '../../support/drift-golden.ts';
import type { Benchmark } from '../benchmark.ts';

type Random = () => number;

/** A column whose rows come from one distribution, drawn anew. */
interface Source {
  name: string;
  type: 'float64' | 'string';
  draw(rows: number, random: Random): Float64Array | string[];
}

const referenceRows = 1_000;
const alpha = 0.05;
const windows = [50, 100, 200, 500, 1_000, 2_000, 5_000];

const sources: Source[] = [
  numeric('normal', normal),
  numeric('skewed', (random) => Math.exp(normal(random))),
  // A third of the rows share one value, the others are rounded to tenths.
  numeric('heavy-ties', (random) => (random() < 1 / 3 ? 0 : Math.round(10 * normal(random)) / 10)),
  numeric('integers-1-to-12', (random) => 1 + Math.floor(12 * random())),
  numeric('integers-1-to-4', (random) => 1 + Math.floor(4 * random())),
  numeric('a-tenth-missing', (random) => (random() < 0.1 ? Number.NaN : normal(random))),
  ...[2, 4, 10, 25, 50].flatMap((count) => [
    categories(
      `categories-${count}-equal`,
      Array.from({ length: count }, () => 1),
    ),
    categories(
      `categories-${count}-uneven`,
      Array.from({ length: count }, (_, i) => 1 / (i + 1)),
    ),
  ]),
];

/** Calibration of the default drift tests: false alarms without drift, alarms with a shift, golden numbers. */
export const driftCalibration: Benchmark = {
  async measure(log) {
    const repetitions = Number(process.env['SLIPWAY_CALIBRATION_REPETITIONS'] ?? 600);
    return { figures: calibrate(repetitions, windows, log), skipped: [] };
  },
};

/** The figures with so many repetitions per cell. */
export function calibrate(
  repetitions: number,
  windowRows: readonly number[],
  log: (text: string) => void,
): Record<string, number> {
  const columnRates: number[] = [];
  const windowRates: number[] = [];
  const distanceRates: number[] = [];
  for (const rows of windowRows) {
    const alarms = new Map(sources.map(({ name }) => [name, 0]));
    let windowAlarms = 0;
    for (let repetition = 0; repetition < repetitions; repetition++) {
      const random = uniformGenerator(rows * 1_000_003 + repetition);
      const pairs = sources.map((source) => pairOf(source, random, rows, source));
      const { columns, drifted } = compareColumns(pairs, { minimumRows: 20, alpha });
      if (drifted) windowAlarms++;
      for (const { column, pValue } of columns) {
        if (pValue !== null && pValue <= alpha) alarms.set(column, (alarms.get(column) ?? 0) + 1);
      }
    }
    for (const [name, count] of alarms) {
      columnRates.push(count / repetitions);
      log(`${rows} rows, ${name}: ${((100 * count) / repetitions).toFixed(1)} % of windows`);
    }
    windowRates.push(windowAlarms / repetitions);
    log(
      `${rows} rows, any of ${sources.length} columns: ${((100 * windowAlarms) / repetitions).toFixed(1)} % of windows`,
    );
  }
  for (const rows of windowRows) distanceRates.push(...distanceFalseAlarms(rows, Math.ceil(repetitions / 2), log));
  const mismatches = driftGoldenValues().filter(isMismatch);
  for (const { name, actual, expected } of mismatches) log(`golden ${name}: ${actual} for ${expected}`);
  const all = [...columnRates, ...windowRates];
  return {
    worstCellRate: Math.max(...all),
    meanRate: mean(all),
    power: power(repetitions, log),
    goldenMismatches: mismatches.length,
    worstColumnRate: Math.max(...columnRates),
    meanColumnRate: mean(columnRates),
    worstWindowRate: Math.max(...windowRates),
    meanWindowRate: mean(windowRates),
    worstDistanceRate: Math.max(...distanceRates),
    meanDistanceRate: mean(distanceRates),
  };
}

/** Share of windows in which a shift of 0.3 standard deviations in one of eight columns is found, 500 rows. */
function power(repetitions: number, log: (text: string) => void): number {
  const [base] = sources as [Source];
  const shifted = numeric('shifted', (random) => normal(random) + 0.3);
  let found = 0;
  for (let repetition = 0; repetition < repetitions; repetition++) {
    const random = uniformGenerator(77_000_000 + repetition);
    const pairs = sources.slice(0, 7).map((source) => pairOf(source, random, 500, source));
    pairs.push(pairOf(base, random, 500, shifted, 'shifted'));
    const { columns } = compareColumns(pairs, { minimumRows: 20, alpha });
    if (columns.find(({ column }) => column === 'shifted')?.drifted === true) found++;
  }
  log(`shift of 0.3 sd in one of eight columns, 500 rows: found in ${((100 * found) / repetitions).toFixed(1)} %`);
  return found / repetitions;
}

/** The distance mode, one reference per four windows since its null distribution belongs to the reference. */
function distanceFalseAlarms(rows: number, repetitions: number, log: (text: string) => void): number[] {
  const perReference = 4;
  const chosen = sources.filter(({ name }) => ['normal', 'heavy-ties', 'categories-10-uneven'].includes(name));
  return chosen.map((source) => {
    let alarms = 0;
    let windows_ = 0;
    for (let group = 0; windows_ < repetitions; group++) {
      const distances = new DistanceTests();
      const random = uniformGenerator(rows * 31 + group);
      const first = pairOf(source, random, rows, source);
      for (let window = 0; window < perReference; window++, windows_++) {
        const { current } = pairOf(source, random, rows, source);
        const pair = { ...first, current };
        if (compareColumns([pair], { minimumRows: 20, alpha, distances }).drifted) alarms++;
      }
    }
    log(`${rows} rows, ${source.name} by distance: ${((100 * alarms) / windows_).toFixed(1)} % of windows`);
    return alarms / windows_;
  });
}

function pairOf(reference: Source, random: Random, rows: number, current: Source, column = reference.name): ColumnPair {
  return {
    column,
    type: reference.type,
    reference: summaryOf(reference, referenceRows, random),
    current: summaryOf(current, rows, random),
  };
}

function summaryOf({ name, type, draw }: Source, rows: number, random: Random) {
  const values = draw(rows, random);
  return Array.isArray(values)
    ? summarizeValues({ name, kind: 'string', values }, type)
    : summarizeValues({ name, kind: 'number', values }, type);
}

function numeric(name: string, draw: (random: Random) => number): Source {
  return { name, type: 'float64', draw: (rows, random) => Float64Array.from({ length: rows }, () => draw(random)) };
}

/** One in a hundred rows is missing. */
function categories(name: string, weights: readonly number[]): Source {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const drawOne = (random: Random) => {
    if (random() < 0.01) return MISSING_STRING;
    let rest = random() * total;
    const index = weights.findIndex((weight) => {
      rest -= weight;
      return rest < 0;
    });
    return `c${index}`;
  };
  return { name, type: 'string', draw: (rows, random) => Array.from({ length: rows }, () => drawOne(random)) };
}

/** Box–Muller. */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
