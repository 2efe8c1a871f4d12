import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuckDb } from '../../../main/compute/duckdb/connection.ts';
import { quoteIdentifier, quoteLiteral, quotePath } from '../../../main/compute/duckdb/quote.ts';
import { readColumns } from '../../../main/compute/duckdb/read-columns.ts';
import { createRandom, shuffle } from '../../../main/compute/nn/random.ts';
import type { Task } from '../../../shared/model/signature.ts';
import type { DataSet, Rows } from './training-job.ts';

const vega = fileURLToPath(new URL('../../../node_modules/vega-datasets/data', import.meta.url));
const flightsTemplate = new URL('../../../resources/templates/closed-loop.slipway.json', import.meta.url);

interface Query {
  task: Task;
  setup?: string[];
  /** Table with the columns below; `target` is a class index or a value. */
  sql: string;
  numbers: string[];
  categories: string[];
  /** SQL condition of the test rows of a seed, and of the training rows if they are not all the others. */
  test(seed: number): string;
  train?(seed: number): string;
}

/** A quarter of the rows, another one for each seed. */
const quarter = (seed: number) => `hash(i + ${seed} * 100000007) % 4 = 0`;

const birdstrikes: Query = {
  task: 'binary',
  sql: `SELECT CAST("Effect Amount of damage" <> 'None' AS DOUBLE) AS target, "Airport Name" AS airport,
      "Aircraft Make Model" AS aircraft, "Aircraft Airline Operator" AS operator, "Phase of flight" AS phase,
      "Wildlife Size" AS size, "Time of day" AS time, "Origin State" AS state,
      TRY_CAST("Speed IAS in knots" AS DOUBLE) AS speed, row_number() OVER () AS i
    FROM read_csv(${quotePath(join(vega, 'birdstrikes.csv'))}, all_varchar = true)`,
  numbers: ['speed'],
  categories: ['airport', 'aircraft', 'operator', 'phase', 'size', 'time', 'state'],
  test: quarter,
};

const penguins: Query = {
  task: 'multiclass',
  sql: `SELECT CAST(dense_rank() OVER (ORDER BY Species) - 1 AS DOUBLE) AS target, "Beak Length (mm)" AS length,
      "Beak Depth (mm)" AS depth, "Flipper Length (mm)" AS flipper, "Body Mass (g)" AS mass, Sex AS sex, i
    FROM (SELECT *, row_number() OVER () AS i FROM read_json(${quotePath(join(vega, 'penguins.json'))}))`,
  numbers: ['length', 'depth', 'flipper', 'mass'],
  categories: ['sex'],
  test: quarter,
};

const movies: Query = {
  task: 'regression',
  sql: `SELECT "IMDB Rating" AS target, "US Gross" AS us, "Worldwide Gross" AS world, "Production Budget" AS budget,
      "Running Time min" AS minutes, "IMDB Votes" AS votes, "Rotten Tomatoes Rating" AS tomatoes,
      "MPAA Rating" AS mpaa, "Major Genre" AS genre, "Source" AS source, "Creative Type" AS creative,
      "Distributor" AS distributor, i
    FROM (SELECT *, row_number() OVER () AS i FROM read_json(${quotePath(join(vega, 'movies.json'))}))
    WHERE "IMDB Rating" IS NOT NULL`,
  numbers: ['us', 'world', 'budget', 'minutes', 'votes', 'tomatoes'],
  categories: ['mpaa', 'genre', 'source', 'creative', 'distributor'],
  test: quarter,
};

/**
 * The queries of the sample graph that has the trailing delays beside each flight; a sixth of the rows before May 2001 per
 * seed, tested on a fifth of those of May.
 */
function flightDelays(): Query {
  const { nodes } = JSON.parse(readFileSync(flightsTemplate, 'utf8')) as {
    nodes: Record<string, { params: { query: string } }>;
  };
  const query = (node: string) => nodes[node]?.params.query ?? '';
  const flights = `read_parquet(${quotePath(join(vega, 'flights-3m.parquet'))})`;
  return {
    task: 'binary',
    setup: [
      `CREATE VIEW input AS SELECT * FROM ${flights}`,
      `CREATE TABLE clean AS ${query('clean')}`,
      'CREATE OR REPLACE VIEW input AS SELECT * FROM clean',
      `CREATE TABLE recent AS ${query('trailing')}`,
    ],
    sql: `SELECT CAST(delayed AS DOUBLE) AS target, hour(date) AS hour, isodow(date) AS weekday, distance, delay_3h, delay_24h,
        delay_7d, origin, destination, date < TIMESTAMP '2001-05-01' AS past,
        row_number() OVER (ORDER BY date, origin, destination, distance, delayed) AS i
      FROM recent WHERE date < TIMESTAMP '2001-06-01'`,
    numbers: ['hour', 'weekday', 'distance', 'delay_3h', 'delay_24h', 'delay_7d'],
    categories: ['origin', 'destination'],
    train: (seed) => `past AND hash(i + ${seed} * 100000007) % 6 = 0`,
    test: (seed) => `NOT past AND hash(i + ${seed} * 100000007) % 5 = 0`,
  };
}

const queries: Record<string, () => Query> = {
  'flight-delays': flightDelays,
  birdstrikes: () => birdstrikes,
  penguins: () => penguins,
  movies: () => movies,
};

export const dataSetNames = [...Object.keys(queries), 'digits'];

/** A data set split anew for each seed. */
export async function readDataSets(name: string, seeds: readonly number[]): Promise<DataSet[]> {
  const query = queries[name];
  return query === undefined ? seeds.map(digits) : readQuery(query(), seeds);
}

async function readQuery(query: Query, seeds: readonly number[]): Promise<DataSet[]> {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-trees-data-'));
  const db = await DuckDb.open({ threads: 2, memoryBytes: 2 ** 31, tempDir: folder });
  try {
    for (const statement of query.setup ?? []) await db.run(statement);
    await db.run(`CREATE TABLE source AS ${query.sql}`);
    const codes: string[] = [];
    const counts: number[] = [];
    for (const name of query.categories) {
      const column = quoteIdentifier(name);
      const values = await db.rows(
        `SELECT ${column} AS value FROM source WHERE ${column} IS NOT NULL GROUP BY ALL ORDER BY count(*) DESC, value`,
      );
      counts.push(values.length);
      const list = values.map(({ value }) => quoteLiteral(String(value))).join(', ');
      codes.push(`CAST(list_position([${list}], CAST(${column} AS VARCHAR)) - 1 AS DOUBLE) AS ${column}`);
    }
    const numbers = query.numbers.map((name) => `CAST(${quoteIdentifier(name)} AS DOUBLE) AS ${quoteIdentifier(name)}`);
    const columns = ['target', ...query.numbers, ...query.categories];
    const sets: DataSet[] = [];
    for (const seed of seeds) {
      const part = async (where: string): Promise<Rows> => {
        const path = join(folder, 'part.parquet');
        await db.run(
          `COPY (SELECT target, ${[...numbers, ...codes].join(', ')} FROM source WHERE ${where} ORDER BY i)
            TO ${quotePath(path)} (FORMAT parquet)`,
        );
        return readRows(path, columns);
      };
      const train = await part(query.train?.(seed) ?? `NOT (${query.test(seed)})`);
      const test = await part(query.test(seed));
      const classes = query.task === 'regression' ? 0 : train.target.reduce((a, b) => Math.max(a, b), 0) + 1;
      const categories = [...query.numbers.map(() => undefined), ...counts];
      sets.push({ task: query.task, classes, categories, train, test });
    }
    return sets;
  } finally {
    db.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function readRows(path: string, names: readonly string[]): Promise<Rows> {
  const chunks: Float64Array[][] = names.map(() => []);
  for await (const chunk of readColumns(
    path,
    names.map((name) => ({ name, type: 'float64' })),
  )) {
    chunk.columns.forEach((column, c) => {
      if (column.kind === 'number') chunks[c]?.push(column.values);
    });
  }
  const [target = new Float64Array(), ...columns] = chunks.map((parts) => {
    const whole = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  });
  return { columns: columns.map((column) => Float32Array.from(column)), target };
}

/** Ten classes of 28 × 28 pixels; the 2,000 test images are drawn anew for each seed. */
function digits(seed: number): DataSet {
  const pixels = 784;
  const folder = join(dirname(createRequire(import.meta.url).resolve('mnist/package.json')), 'src', 'digits');
  const images: { values: number[]; at: number; digit: number }[] = [];
  for (let digit = 0; digit < 10; digit++) {
    const { data } = JSON.parse(readFileSync(join(folder, `${digit}.json`), 'utf8')) as { data: number[] };
    for (let at = 0; at + pixels <= data.length; at += pixels) images.push({ values: data, at, digit });
  }
  const order = Int32Array.from(images, (_, i) => i);
  shuffle(order, createRandom(seed));
  const rowsOf = (part: Int32Array): Rows => ({
    columns: Array.from({ length: pixels }, (_, c) =>
      Float32Array.from(part, (image) => {
        const { values, at } = images[image] as (typeof images)[number];
        return values[at + c] as number;
      }),
    ),
    target: Float64Array.from(part, (image) => images[image]?.digit ?? 0),
  });
  return {
    task: 'multiclass',
    classes: 10,
    categories: Array.from({ length: pixels }, () => undefined),
    train: rowsOf(order.subarray(2000)),
    test: rowsOf(order.subarray(0, 2000)),
  };
}

/** Rows with 28 columns, a third of them noise, and classes from a sum of products and steps of the others. */
export function syntheticRows(rows: number, testRows: number): DataSet {
  const width = 28;
  const random = createRandom(9);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  const make = (count: number): Rows => {
    const columns = Array.from({ length: width }, (_, c) => {
      // Some columns have few values, as real ones do.
      const levels = c % 7 === 3 ? 8 : 0;
      return Float32Array.from({ length: count }, () => (levels > 0 ? random.below(levels) : normal()));
    });
    const at = (c: number, row: number) => columns[c]?.[row] as number;
    const target = Float64Array.from({ length: count }, (_, row) => {
      let score = 0;
      for (let c = 0; c < 16; c += 2) {
        score += 0.4 * at(c, row) * at(c + 1, row) * (c % 4 === 0 ? 1 : -0.5) + (at(c, row) > 0.5 ? 0.6 : -0.2);
      }
      score += Math.sin(2 * at(16, row)) + 0.3 * at(17, row);
      return random.next() < 1 / (1 + Math.exp(-score)) ? 1 : 0;
    });
    return { columns, target };
  };
  return {
    task: 'binary',
    classes: 2,
    categories: Array.from({ length: width }, () => undefined),
    train: make(rows),
    test: make(testRows),
  };
}
