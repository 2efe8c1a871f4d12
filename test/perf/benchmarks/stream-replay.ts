import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { readTablePage } from '../../../main/compute/duckdb/page.ts';
import { createEngine } from '../../../main/engine/engine.ts';
import type { RunEvent } from '../../../shared/events/run-events.ts';
import type { GraphDocument } from '../../../shared/graph/document.ts';

const script = fileURLToPath(new URL('../acceptance/engine-to-kill.ts', import.meta.url));
const events = 1_000_000;

/**
 * Events per second of a replay of a million flights through hourly windows, from the start of the step to its end. Half
 * way through a first replay of them the engine is killed; the second attempt must give windows that hold every event.
 */
export async function streamReplay(dir: string, log: (text: string) => void): Promise<number> {
  await mkdir(dir, { recursive: true });
  const rates: number[] = [];
  for (let round = 0; round < 3; round++) {
    const graph = replayGraph(round);
    const dataDir = join(dir, `data-${round}`);
    const graphPath = join(dir, `graph-${round}.json`);
    await writeFile(graphPath, JSON.stringify(graph));
    if (round === 0) await killHalfWay(dataDir, graphPath, log);
    const engine = await createEngine({ dataDir });
    try {
      const { runId } = await engine.startRun({ document: graph, baseDir: dataDir });
      let last: RunEvent | undefined;
      let startedMs = 0;
      for await (const event of engine.runEvents(runId, 0)) {
        if (event.type === 'step.started' && event.id === 'windows') startedMs = event.time;
        last = event;
      }
      if (last?.type !== 'run.finished' || last.status !== 'succeeded') throw new Error(JSON.stringify(last));
      const seconds = (last.time - startedMs) / 1000;
      const table = await engine.store.open(last.outputs['total.table']?.digest ?? '');
      if (table === undefined) throw new Error('There is no table.');
      const columns = table.manifest.schema?.columns ?? [];
      const { rows } = await readTablePage(table.path('data.parquet'), columns, { offset: 0, limit: 1 });
      if (Number(rows[0]?.[0]) !== events)
        throw new Error(`The windows hold ${String(rows[0]?.[0])} of ${events} events.`);
      log(
        `replay ${round + 1}: ${(events / seconds).toFixed(0)} events/s${round === 0 ? ' (the rest after a kill, not counted)' : ''}`,
      );
      // The first one had a part of its events from before the kill.
      if (round > 0) rates.push(events / seconds);
    } finally {
      await engine.close();
    }
  }
  return Math.min(...rates);
}

function replayGraph(round: number): GraphDocument {
  const node = (kind: string, params: Record<string, unknown>) => ({ kind, version: 1, params });
  return {
    format: 'slipway/graph',
    formatVersion: 1,
    id: 'replay',
    name: 'Replay',
    nodes: {
      flights: node('data.file', { path: 'pkg:vega-datasets/data/flights-3m.parquet' }),
      million: node('data.sql', { query: `SELECT *, ${round} AS round FROM input LIMIT ${events}` }),
      windows: node('data.stream', {
        source: 'replay',
        eventTime: 'date',
        windowSeconds: 3600,
        groupBy: ['origin'],
        aggregates: [
          { function: 'count', name: 'flights' },
          { function: 'mean', field: 'delay', name: 'mean_delay' },
        ],
      }),
      total: node('data.sql', { query: 'SELECT CAST(sum(flights) AS BIGINT) AS events FROM input' }),
    },
    edges: [
      { from: 'flights.table', to: 'million.input' },
      { from: 'million.table', to: 'windows.events' },
      { from: 'windows.table', to: 'total.input' },
    ],
    parameters: {},
    groups: {},
    layout: { nodes: {}, frames: [] },
  };
}

/** Runs the graph in an engine process and kills it when a part of the events has been played. */
async function killHalfWay(dataDir: string, graphPath: string, log: (text: string) => void): Promise<void> {
  const child: ChildProcess = spawn(process.execPath, [script, dataDir, graphPath], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = new Promise((resolve) => {
    child.on('close', resolve);
  });
  let played = 0;
  if (child.stdout !== null) {
    for await (const line of createInterface({ input: child.stdout })) {
      const event = JSON.parse(line) as RunEvent;
      if (event.type !== 'step.progress' || event.progress.unit !== 'events' || played > 0) continue;
      if (event.progress.done < events / 3) continue;
      played = event.progress.done;
      child.kill('SIGKILL');
    }
  }
  await closed;
  if (played === 0 || played >= events)
    throw new Error(`The engine was to be killed half way, not at ${played} events.`);
  log(`killed at ${played} events`);
}
