import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withDuckDb } from '../../../main/compute/duckdb/connection.ts';
import { readTablePage } from '../../../main/compute/duckdb/page.ts';
import { quotePath } from '../../../main/compute/duckdb/quote.ts';
import { createEngine } from '../../../main/engine/engine.ts';
import type { GraphDocument } from '../../../shared/graph/document.ts';
import type { Benchmark, Measurement } from '../benchmark.ts';
import { median } from '../median.ts';
import { streamReplay } from './stream-replay.ts';

const rounds = 5;
/** Its data part computes the trailing delays of each flight beside the flight. */
const template = new URL('../../../resources/templates/closed-loop.slipway.json', import.meta.url);
const flightsPath = fileURLToPath(
  new URL('../../../node_modules/vega-datasets/data/flights-3m.parquet', import.meta.url),
);
const previewRows = 100_000_000;

/** The data stage: flights against bare DuckDB and pandas, pages of a large table, a stream through a window. */
export const dataSpeed: Benchmark = {
  async measure(log) {
    const dir = await mkdtemp(join(tmpdir(), 'slipway-bench-data-'));
    try {
      const flights = await flightsAgainstPeers(dir, log);
      const previewPageMs = await previewPage(dir, log);
      const streamEventsPerSecond = await streamReplay(join(dir, 'stream'), log);
      return {
        figures: { ...flights.figures, previewPageMs, streamEventsPerSecond },
        skipped: flights.skipped,
      };
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  },
};

async function flightsAgainstPeers(dir: string, log: (text: string) => void): Promise<Measurement> {
  const graph = allFlights(JSON.parse(await readFile(template, 'utf8')) as GraphDocument);
  const python = process.env['SLIPWAY_PEERS_PYTHON'];
  const ours: number[] = [];
  const overDuckDb: number[] = [];
  const pandasOver: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const folder = join(dir, `round-${round}`);
    await mkdir(join(folder, 'duckdb'), { recursive: true });
    await mkdir(join(folder, 'pandas'), { recursive: true });
    const own = await runDataPart(graph, join(folder, 'engine'));
    const bare = await timed(process.execPath, bareArguments(graph, join(folder, 'duckdb')));
    ours.push(own);
    overDuckDb.push(own / bare);
    log(`round ${round + 1}: engine ${own.toFixed(0)} ms, bare DuckDB ${bare.toFixed(0)} ms`);
    if (python !== undefined) {
      const script = fileURLToPath(new URL('../peers/pandas_flights.py', import.meta.url));
      const pandas = await timed(python, [script, flightsPath, join(folder, 'pandas')]);
      pandasOver.push(pandas / own);
      log(`round ${round + 1}: pandas ${pandas.toFixed(0)} ms`);
    }
    await rm(folder, { recursive: true, force: true });
  }
  return {
    figures: {
      flightsVsDuckdb: median(overDuckDb),
      ...(pandasOver.length === 0 ? {} : { pandasVsFlights: median(pandasOver) }),
    },
    skipped: pandasOver.length === 0 ? ['pandasVsFlights'] : [],
  };
}

/** The graph without the step that takes one flight in twenty. */
function allFlights(graph: GraphDocument): GraphDocument {
  const { sample: _sample, ...nodes } = graph.nodes;
  const edges = graph.edges
    .filter(({ to }) => !to.startsWith('sample.'))
    .map((edge) => (edge.from === 'sample.table' ? { ...edge, from: 'trailing.table' } : edge));
  return { ...graph, nodes, edges };
}

/** Milliseconds of the run from an engine that is ready to its last event, in an empty data directory. */
async function runDataPart(document: GraphDocument, dataDir: string): Promise<number> {
  const engine = await createEngine({ dataDir });
  try {
    const started = performance.now();
    const { runId } = await engine.startRun({ document, baseDir: dataDir, to: 'split' });
    for await (const event of engine.runEvents(runId, 0)) {
      if (event.type !== 'run.finished') continue;
      const executed = event.steps.filter(({ status }) => status === 'executed');
      if (event.status !== 'succeeded' || executed.length !== 4) throw new Error(JSON.stringify(event));
      return performance.now() - started;
    }
    throw new Error('The run has no end.');
  } finally {
    await engine.close();
  }
}

/** The steps of the graph's data part as queries over the files of the steps before. */
function bareArguments(graph: GraphDocument, dir: string): string[] {
  const query = (node: string, input: string) => {
    const text = String(graph.nodes[node]?.params['query']);
    return `WITH input AS (FROM {${input}}) SELECT * FROM (${text.replaceAll(/^--.*$/gm, '')})`;
  };
  const steps = [
    { file: 'flights', query: `SELECT * FROM read_parquet('${flightsPath}')` },
    { file: 'clean', query: query('clean', 'flights') },
    {
      file: 'trailing',
      query: `${query('trailing', 'clean')} ORDER BY date, origin, destination, delay, distance, delayed, delay_3h, delay_24h, delay_7d`,
    },
    { file: 'train', query: "SELECT * FROM {trailing} WHERE date < TIMESTAMP '2001-05-01'" },
    {
      file: 'test',
      query: "SELECT * FROM {trailing} WHERE date >= TIMESTAMP '2001-05-01' AND date < TIMESTAMP '2001-06-01'",
    },
  ];
  const script = fileURLToPath(new URL('../peers/duckdb-flights.ts', import.meta.url));
  return [script, dir, String(availableParallelism()), JSON.stringify(steps)];
}

/** Milliseconds of a whole process. */
function timed(command: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(performance.now() - started);
      else reject(new Error(`${command} ended with ${code}`));
    });
  });
}

/** 95th percentile over pages of 100 rows at random places of a table of a hundred million rows, in ms. */
async function previewPage(dir: string, log: (text: string) => void): Promise<number> {
  const path = join(dir, 'large.parquet');
  const columns = await withDuckDb({ threads: availableParallelism(), memoryBytes: 4 * 2 ** 30 }, async (db) => {
    await db.run(
      `COPY (SELECT i AS id, (i * 2654435761) % 1000003 AS number, ((i * 40503) % 100000) / 64 AS amount,
               'group ' || (i % 977) AS label, TIMESTAMP '2001-01-01' + to_seconds(i) AS at
             FROM range(${previewRows}) AS r(i)) TO ${quotePath(path)} (FORMAT parquet, COMPRESSION zstd)`,
    );
    return db.columnsOf(`FROM read_parquet(${quotePath(path)})`);
  });
  log(`${previewRows} rows, ${((await stat(path)).size / 2 ** 20).toFixed(0)} MiB`);
  const times: number[] = [];
  for (let page = 0; page < 60; page++) {
    const offset = (page * 16_180_339) % (previewRows - 100);
    const started = performance.now();
    const { rows } = await readTablePage(path, columns, { offset, limit: 100 });
    times.push(performance.now() - started);
    if (Number(rows[0]?.[0]) !== offset || rows.length !== 100) throw new Error(`Wrong page at ${offset}.`);
  }
  const sorted = times.toSorted((a, b) => a - b);
  log(`pages: median ${median(times).toFixed(0)} ms, largest ${sorted.at(-1)?.toFixed(0)} ms`);
  return sorted[Math.ceil(sorted.length * 0.95) - 1] ?? Number.NaN;
}
