import type { LoopEvent } from '../../shared/rpc/engine-contract.ts';
import type { StoreDatabase } from './database.ts';

/** What the retraining loops of graphs decided, and why. Append-only. */
export interface LoopRecords {
  append(event: Omit<LoopEvent, 'seq' | 'timeMs'>): LoopEvent;
  /** After `after`, oldest first. */
  list(options: {
    graphId: string;
    nodeId?: string | undefined;
    after?: number | undefined;
    limit: number;
  }): LoopEvent[];
  /** The newest of some types. */
  last(graphId: string, nodeId: string, types: readonly LoopEvent['type'][]): LoopEvent | undefined;
  /** Events of a type since a time. */
  countSince(graphId: string, nodeId: string, type: LoopEvent['type'], sinceMs: number): number;
  /** Remembers the evaluation of a model. */
  setReport(modelDigest: string, reportDigest: string): void;
  reportOf(modelDigest: string): string | undefined;
}

interface LoopRow {
  seq: number;
  graph_id: string;
  node_id: string;
  attempt: string | null;
  type: LoopEvent['type'];
  time_ms: number;
  text: string;
  evidence: string;
}

export function createLoopRecords(database: StoreDatabase): LoopRecords {
  const insert = database.prepare(
    `INSERT INTO loop_events (graph_id, node_id, attempt, type, time_ms, text, evidence)
     VALUES (@graphId, @nodeId, @attempt, @type, @timeMs, @text, @evidence)`,
  );
  const after = database.prepare<[string, string | null, number, number], LoopRow>(
    `SELECT * FROM loop_events WHERE graph_id = ? AND node_id = coalesce(?, node_id) AND seq > ?
     ORDER BY seq LIMIT ?`,
  );
  const newest = database.prepare<[string, string, string], LoopRow>(
    `SELECT * FROM loop_events WHERE graph_id = ? AND node_id = ?
     AND type IN (SELECT value FROM json_each(?)) ORDER BY seq DESC LIMIT 1`,
  );
  const count = database.prepare<[string, string, string, number], { n: number }>(
    'SELECT count(*) AS n FROM loop_events WHERE graph_id = ? AND node_id = ? AND type = ? AND time_ms >= ?',
  );
  const putReport = database.prepare(
    `INSERT INTO model_reports (model_digest, report_digest) VALUES (?, ?)
     ON CONFLICT (model_digest) DO UPDATE SET report_digest = excluded.report_digest`,
  );
  const report = database.prepare<[string], { report_digest: string }>(
    'SELECT report_digest FROM model_reports WHERE model_digest = ?',
  );
  const toEvent = (row: LoopRow): LoopEvent => ({
    seq: row.seq,
    graphId: row.graph_id,
    nodeId: row.node_id,
    attempt: row.attempt,
    type: row.type,
    timeMs: row.time_ms,
    text: row.text,
    evidence: JSON.parse(row.evidence) as LoopEvent['evidence'],
  });
  return {
    append(event) {
      const timeMs = Date.now();
      const { lastInsertRowid } = insert.run({ ...event, timeMs, evidence: JSON.stringify(event.evidence) });
      return { ...event, seq: Number(lastInsertRowid), timeMs };
    },
    list: ({ graphId, nodeId, after: from, limit }) =>
      after.all(graphId, nodeId ?? null, from ?? 0, limit).map(toEvent),
    last(graphId, nodeId, types) {
      const row = newest.get(graphId, nodeId, JSON.stringify(types));
      return row === undefined ? undefined : toEvent(row);
    },
    countSince: (graphId, nodeId, type, sinceMs) => count.get(graphId, nodeId, type, sinceMs)?.n ?? 0,
    setReport: (modelDigest, reportDigest) => {
      putReport.run(modelDigest, reportDigest);
    },
    reportOf: (modelDigest) => report.get(modelDigest)?.report_digest,
  };
}
