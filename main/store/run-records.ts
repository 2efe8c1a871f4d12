import type { RunSummary } from '../../shared/rpc/engine-contract.ts';
import { type StoreDatabase, withoutSync } from './database.ts';
import type { ProcessIdentity } from '../compute/paths/process-identity.ts';

export interface NewRun {
  runId: string;
  graphId: string;
  graphName: string;
  /** Who asked: `app`, `cli`, … */
  source: string;
  startedMs: number;
  owner: ProcessIdentity;
}

export interface OpenRun {
  runId: string;
  owner: ProcessIdentity;
}

export interface StoredEvent {
  seq: number;
  /** JSON of a RunEvent. */
  event: string;
}

/** Runs and their append-only event log. */
export interface RunRecords {
  create(run: NewRun): void;
  finish(runId: string, status: RunSummary['status'], steps: RunSummary['steps'], finishedMs: number): void;
  get(runId: string): RunSummary | undefined;
  owner(runId: string): ProcessIdentity | undefined;
  /** Newest first. */
  list(options: { graphId?: string | undefined; limit: number }): RunSummary[];
  /** Runs that are recorded as running. */
  open(): OpenRun[];
  /** `lasting`: not taken back by a loss of power once it returns. */
  append(runId: string, events: readonly StoredEvent[], lasting: boolean): void;
  events(runId: string, after: number): StoredEvent[];
}

interface RunRow {
  id: string;
  graph_id: string;
  graph_name: string;
  status: RunSummary['status'];
  started_ms: number;
  finished_ms: number | null;
  owner_pid: number;
  owner_start: string;
  steps: string;
}

const noSteps: RunSummary['steps'] = { executed: 0, cached: 0, failed: 0, skipped: 0, cancelled: 0 };

export function createRunRecords(database: StoreDatabase): RunRecords {
  const insertRun = database.prepare(
    `INSERT INTO runs (id, graph_id, graph_name, source, status, started_ms, finished_ms, owner_pid, owner_start, steps)
     VALUES (?, ?, ?, ?, 'running', ?, NULL, ?, ?, ?)`,
  );
  const finishRun = database.prepare('UPDATE runs SET status = ?, steps = ?, finished_ms = ? WHERE id = ?');
  const oneRun = database.prepare<[string], RunRow>('SELECT * FROM runs WHERE id = ?');
  const someRuns = database.prepare<[string | null, number], RunRow>(
    'SELECT * FROM runs WHERE graph_id = coalesce(?, graph_id) ORDER BY started_ms DESC, id DESC LIMIT ?',
  );
  const openRuns = database.prepare<[], RunRow>("SELECT * FROM runs WHERE status = 'running'");
  const insertEvent = database.prepare('INSERT INTO run_events (run_id, seq, event) VALUES (?, ?, ?)');
  const someEvents = database.prepare<[string, number], StoredEvent>(
    'SELECT seq, event FROM run_events WHERE run_id = ? AND seq > ? ORDER BY seq',
  );
  const appendAll = database.transaction((runId: string, events: readonly StoredEvent[]) => {
    for (const { seq, event } of events) insertEvent.run(runId, seq, event);
  });
  return {
    create: (run) => {
      insertRun.run(
        run.runId,
        run.graphId,
        run.graphName,
        run.source,
        run.startedMs,
        run.owner.pid,
        run.owner.start,
        JSON.stringify(noSteps),
      );
    },
    finish: (runId, status, steps, finishedMs) => {
      // The event that says so follows, and is lasting.
      withoutSync(database, () => finishRun.run(status, JSON.stringify(steps), finishedMs, runId));
    },
    get: (runId) => {
      const row = oneRun.get(runId);
      return row === undefined ? undefined : toSummary(row);
    },
    owner: (runId) => {
      const row = oneRun.get(runId);
      return row === undefined ? undefined : { pid: row.owner_pid, start: row.owner_start };
    },
    list: ({ graphId, limit }) => someRuns.all(graphId ?? null, limit).map(toSummary),
    open: () => openRuns.all().map((row) => ({ runId: row.id, owner: { pid: row.owner_pid, start: row.owner_start } })),
    append: (runId, events, lasting) => {
      if (lasting) appendAll.immediate(runId, events);
      else withoutSync(database, () => appendAll.immediate(runId, events));
    },
    events: (runId, after) => someEvents.all(runId, after),
  };
}

function toSummary(row: RunRow): RunSummary {
  return {
    runId: row.id,
    graphId: row.graph_id,
    graphName: row.graph_name,
    status: row.status,
    startedMs: row.started_ms,
    finishedMs: row.finished_ms,
    steps: { ...noSteps, ...(JSON.parse(row.steps) as RunSummary['steps']) },
  };
}
